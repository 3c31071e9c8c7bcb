import type { DevboxResponse } from "@/lib/contract/devboxes.ts";

type Known =
	| "id"
	| "name"
	| "state"
	| "power"
	| "desired_state"
	| "access_mode"
	| "image"
	| "size"
	| "owner"
	| "host"
	| "created_at"
	| "last_used_at"
	| "actions";

/** What a row of the list needs to know. Of a devbox that an admin only sees to exist the rest is missing. */
export type ListedDevbox = Pick<DevboxResponse, Known> &
	Partial<Pick<DevboxResponse, "reason" | "current_step" | "vcpus" | "ready_at" | "expires_at" | "idle_stop_at">> & {
		/** False when its owner was removed or is disabled. */
		owner_is_member?: boolean;
	};

/** Whether it has a page for this viewer: their own, and what others show to the workspace. */
export function hasPage(box: Pick<ListedDevbox, "owner" | "access_mode">, viewerId: string): boolean {
	return box.owner.id === viewerId || box.access_mode === "workspace";
}
