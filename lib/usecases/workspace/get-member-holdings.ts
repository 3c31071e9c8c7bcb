import type { MemberHoldingsResponse } from "../../contract/members.ts";
import { listDepartingBoxes, listMemberRows } from "../../db/members.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { departureOutcome } from "../../domain/member-departure.ts";
import type { Deps } from "../deps.ts";
import { toUserSummary } from "../devboxes/devbox-response.ts";

/** What removing or disabling the member would end, and what each choice would make of each box. */
export async function getMemberHoldings(
	{ db }: Deps,
	actor: Actor,
	{ params }: { params: { user_id: string } },
): Promise<MemberHoldingsResponse> {
	const [rows, boxes] = await Promise.all([listMemberRows(db, actor), listDepartingBoxes(db, actor, params.user_id)]);
	const member = rows.find((row) => row.id === params.user_id);
	if (!member) throw new AppError({ code: "not_found", message: "There is no such member in this workspace." });
	return {
		user: toUserSummary(member),
		session_count: member.sessionCount,
		token_count: member.tokenCount,
		ssh_key_count: member.sshKeyCount,
		devboxes: boxes.map((box) => ({
			id: box.id,
			name: box.displayName ?? box.name,
			state: box.state,
			stop: departureOutcome(box, "stop"),
			destroy: departureOutcome(box, "destroy"),
			transfer: departureOutcome(box, "transfer"),
		})),
	};
}
