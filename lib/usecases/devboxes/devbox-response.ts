import type { DevboxResponse } from "../../contract/devboxes.ts";
import type { DevboxRow } from "../../db/devboxes.ts";
import { allowedActions, type DesiredState, type DevboxState, type PowerState } from "../../domain/devbox-state.ts";
import type { SizeName } from "../../domain/sizes.ts";

/** A row as API clients see it. */
export function toDevboxResponse(row: DevboxRow): DevboxResponse {
	const state = row.state as DevboxState;
	const power = row.power as PowerState;
	const desiredState = row.desiredState as DesiredState;
	return {
		id: row.id,
		name: row.name,
		state,
		created_at: row.createdAt.toISOString(),
		access_url: null,
		power,
		desired_state: desiredState,
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
		current_step: row.step && {
			step: row.step.step,
			message: row.step.message,
			started_at: iso(row.step.startedAt === null ? null : new Date(row.step.startedAt)),
		},
		actions: allowedActions({ state, power, desiredState }),
	};
}

export function toUserSummary(user: { id: string; login: string; name: string | null; avatarUrl: string | null }) {
	return { id: user.id, login: user.login, name: user.name, avatar_url: user.avatarUrl };
}

export function iso(date: Date | null): string | null {
	return date?.toISOString() ?? null;
}
