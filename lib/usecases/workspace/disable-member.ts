import type { DepartedMemberResponse, DepartMemberRequest } from "../../contract/members.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { letMemberGo } from "./member-departure.ts";

/** Still a member, who cannot sign in and whose tokens and keys open nothing, until enabled again. */
export function disableMember(
	deps: Deps,
	actor: Actor,
	{ params, body }: { params: { user_id: string }; body: DepartMemberRequest },
): Promise<DepartedMemberResponse> {
	return letMemberGo(deps, actor, { userId: params.user_id, kind: "disable", devboxes: body.devboxes });
}
