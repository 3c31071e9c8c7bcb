import type { DepartedMemberResponse, DepartMemberRequest } from "../../contract/members.ts";
import { type Departure, departMember } from "../../db/member-changes.ts";
import { findMemberUser } from "../../db/members.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toUserSummary } from "../devboxes/devbox-response.ts";

/** Removes or disables, and says what becomes of each box: workers do that, whatever happens to this process. */
export async function letMemberGo(
	{ db }: Deps,
	actor: Actor,
	o: { userId: string; kind: Departure["kind"]; devboxes: DepartMemberRequest["devboxes"] },
): Promise<DepartedMemberResponse> {
	const heirId = typeof o.devboxes === "object" ? o.devboxes.transfer_to : null;
	const choice = typeof o.devboxes === "object" ? "transfer" : o.devboxes;
	const departed = await departMember(db, actor, { userId: o.userId, kind: o.kind, choice, heirId });
	const [user, heir] = await Promise.all([
		findMemberUser(db, o.userId),
		heirId === null ? null : findMemberUser(db, heirId),
	]);
	return {
		user: toUserSummary(user),
		transferred_to: heir && toUserSummary(heir),
		devboxes: departed,
		github: null,
	};
}
