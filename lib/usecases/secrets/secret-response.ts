import type { SecretResponse, SecretUseResponse } from "../../contract/secrets.ts";
import type { SecretUseRow } from "../../db/secret-uses.ts";
import type { SecretRow } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import type { DevboxState } from "../../domain/devbox-state.ts";
import { actorMay, requirePermission } from "../../domain/permissions.ts";
import { iso } from "../devboxes/devbox-response.ts";

export function toSecretResponse(row: SecretRow, actor: Actor): SecretResponse {
	return {
		id: row.id,
		name: row.name,
		scope: row.ownerId === null ? "workspace" : "user",
		description: row.description,
		labels: row.labels,
		env_name: row.envName,
		in_all_boxes: row.inAllBoxes,
		version_id: row.versionId,
		version: row.version,
		size_bytes: row.sizeBytes,
		created_at: row.createdAt.toISOString(),
		value_changed_at: row.valueChangedAt.toISOString(),
		last_used_at: iso(row.lastUsedAt),
		devbox_count: row.devboxCount,
		can_change: actorMay(actor, "secret.write") && (row.ownerId !== null || actorMay(actor, "secret.share")),
	};
}

export function toSecretUseResponse(row: SecretUseRow): SecretUseResponse {
	return {
		devbox_id: row.devboxId,
		devbox_name: row.devboxName,
		devbox_state: row.devboxState as DevboxState,
		owner: row.owner,
		env_name: row.envName,
		is_inherited: row.isInherited,
		version: row.version,
		is_stale: row.isStale,
		first_used_at: iso(row.firstUsedAt),
		last_used_at: iso(row.lastUsedAt),
	};
}

/** A workspace's secret is everybody's to use and its admins' to change. */
export function requireSecretChange(actor: Actor, secret: { ownerId: string | null }): void {
	requirePermission(actor, "secret.write");
	if (secret.ownerId === null) requirePermission(actor, "secret.share");
}
