import type { DepartedMemberResponse, DepartMemberRequest } from "../../contract/members.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { letMemberGo } from "./member-departure.ts";

/** The account stays, with its keys, for the day on which the person is invited again. */
export function removeMember(
	deps: Deps,
	actor: Actor,
	{ params, body }: { params: { user_id: string }; body: DepartMemberRequest },
): Promise<DepartedMemberResponse> {
	return letMemberGo(deps, actor, { userId: params.user_id, kind: "remove", devboxes: body.devboxes });
}
