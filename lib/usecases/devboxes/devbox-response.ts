import type { DevboxResponse } from "../../contract/devboxes.ts";
import type { DevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import {
	allowedActions,
	type DesiredState,
	type DevboxAction,
	type DevboxState,
	type PowerState,
} from "../../domain/devbox-state.ts";
import { expiryOf, idleTimeoutOf } from "../../domain/lifetime-rules.ts";
import { actorMay } from "../../domain/permissions.ts";
import { previewLabel, previewOrigin } from "../../domain/preview-host.ts";
import type { SizeName } from "../../domain/sizes.ts";
import type { Deps } from "../deps.ts";

/**
 * A row as this reader sees it. Of another's box that is whether it lives, and nothing that came out of it or leads into it: reasons and
 * messages can quote its output.
 */
export function toDevboxResponse(row: DevboxRow, deps: Pick<Deps, "previewBase">, reader: Actor): DevboxResponse {
	const isOwn = row.owner.id === reader.userId;
	const actions = actionsOf(row);
	if (isOwn) return { ...wholeResponse(row, deps), actions };
	const mayEnd = actorMay(reader, "devbox.end_any");
	const seen = wholeResponse(row, { previewBase: null });
	return {
		...seen,
		reason: null,
		address: null,
		resolved: null,
		current_step: seen.current_step && { ...seen.current_step, message: "" },
		actions: actions.filter((action) => mayEnd && (action === "stop" || action === "destroy")),
	};
}

function wholeResponse(row: DevboxRow, { previewBase }: Pick<Deps, "previewBase">): Omit<DevboxResponse, "actions"> {
	const state = row.state as DevboxState;
	const label = previewLabel(row);
	return {
		id: row.id,
		name: row.displayName ?? row.name,
		label: row.name,
		state,
		created_at: row.createdAt.toISOString(),
		access_url: previewBase && state === "ready" ? previewOrigin(previewBase, { label, port: null }) : null,
		preview_url: previewBase && state !== "destroyed" ? previewOrigin(previewBase, { label, port: "{port}" }) : null,
		power: row.power as PowerState,
		desired_state: row.desiredState as DesiredState,
		reason: row.reason,
		image: row.image,
		image_ref: row.imageRef,
		size: row.size as SizeName,
		vcpus: row.vcpus,
		memory_mib: row.memoryMib,
		disk_gib: row.diskGib,
		notice: row.notice,
		owner: toUserSummary(row.owner),
		host: row.hostId && row.hostName ? { id: row.hostId, name: row.hostName } : null,
		address: row.address,
		ready_at: iso(row.readyAt),
		last_used_at: iso(row.lastUsedAt),
		destroyed_at: iso(row.destroyedAt),
		keep_until: iso(row.keepUntil),
		access_mode: row.accessMode,
		credentials_withheld: row.credentialsWithheld,
		auto_stop_idle_timeout: idleTimeoutOf(row.idleTimeoutSeconds),
		idle_stop_at: iso(idleStopAt(row)),
		expires_after: expiryOf(row.expiresAfterSeconds),
		expires_at: state === "destroyed" ? null : iso(row.expiresAt),
		resolved: row.resolved,
		current_step: row.step && {
			step: row.step.step,
			message: row.step.message,
			started_at: iso(row.step.startedAt === null ? null : new Date(row.step.startedAt)),
		},
	};
}

/** As the loop that stops idle boxes sees it, save for commands that run: those count as use, and move it on. */
function idleStopAt(row: DevboxRow): Date | null {
	if (row.idleTimeoutSeconds === null || row.state !== "ready" || row.desiredState !== "running") return null;
	const since = Math.max(...[row.lastUsedAt, row.readyAt, row.createdAt].map((date) => date?.getTime() ?? 0));
	return new Date(since + row.idleTimeoutSeconds * 1000);
}

/** What its owner may do now. */
export function actionsOf(row: Pick<DevboxRow, "state" | "power" | "desiredState">): DevboxAction[] {
	const { state, power, desiredState } = row;
	return allowedActions({
		state: state as DevboxState,
		power: power as PowerState,
		desiredState: desiredState as DesiredState,
	});
}

export function toUserSummary(user: { id: string; login: string; name: string | null; avatarUrl: string | null }) {
	return { id: user.id, login: user.login, name: user.name, avatar_url: user.avatarUrl };
}

export function iso(date: Date | null): string | null {
	return date?.toISOString() ?? null;
}
