import type { MemberResponse } from "../../contract/members.ts";
import { enableMemberRow } from "../../db/member-changes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { getMember } from "./list-members.ts";

/** Signing in works again; sessions and tokens that were ended stay ended, and the boxes are as they were left. */
export async function enableMember(
	deps: Deps,
	actor: Actor,
	{ params }: { params: { user_id: string } },
): Promise<MemberResponse> {
	await enableMemberRow(deps.db, actor, params.user_id);
	return getMember(deps, actor, params.user_id);
}
