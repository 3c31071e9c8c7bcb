import type { MemberResponse } from "../../contract/members.ts";
import { listMemberRows, type MemberRow } from "../../db/members.ts";
import { getWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import { type Actor, type Role, roles } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { type MemberChange, memberChangeProblem } from "../../domain/member-rules.ts";
import { quotaIn, type WorkspaceDefaults } from "../../domain/workspace-defaults.ts";
import type { Deps } from "../deps.ts";
import { iso, toUserSummary } from "../devboxes/devbox-response.ts";
import { type Page, type PageQuery, takePage } from "../page.ts";

export async function listMembers(
	{ db }: Deps,
	actor: Actor,
	input: { query: PageQuery },
): Promise<Page<MemberResponse>> {
	const [rows, defaults] = await Promise.all([listMemberRows(db, actor), getWorkspaceDefaults(db, actor)]);
	const ownerCount = rows.filter(({ role, disabledAt }) => role === "owner" && !disabledAt).length;
	const page = takePage(rows, input.query, { order: "oldest", placeOf: (row) => row });
	const data = page.rows.map((row) => toMemberResponse(row, { actor, ownerCount, defaults }));
	return { data, next_cursor: page.nextCursor };
}

/** As the list says. Throws `not_found`. */
export async function getMember(deps: Deps, actor: Actor, userId: string): Promise<MemberResponse> {
	const member = (await listMembers(deps, actor, { query: {} })).data.find(({ user }) => user.id === userId);
	if (member) return member;
	throw new AppError({ code: "not_found", message: "There is no such member in this workspace." });
}

function toMemberResponse(
	row: MemberRow,
	o: { actor: Actor; ownerCount: number; defaults: WorkspaceDefaults },
): MemberResponse {
	const role = row.role as Role;
	const target = { userId: row.id, login: row.login, role, isDisabled: row.disabledAt !== null };
	const may = (change: MemberChange) => memberChangeProblem({ ...o, target, change }) === null;
	return {
		user: toUserSummary(row),
		role,
		is_disabled: target.isDisabled,
		devbox_quota: quotaIn(o.defaults, row.devboxQuota),
		has_own_quota: row.devboxQuota !== null,
		devbox_count: row.devboxCount,
		session_count: row.sessionCount,
		token_count: row.tokenCount,
		ssh_key_count: row.sshKeyCount,
		last_seen_at: iso(row.lastSeenAt),
		created_at: row.createdAt.toISOString(),
		roles: roles.filter((other) => other === role || may({ kind: "role", role: other })),
		actions: ([target.isDisabled ? "enable" : "disable", "remove"] as const).filter((kind) => may({ kind })),
	};
}
