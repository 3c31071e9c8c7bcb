import type { ExecSessionResponse } from "../../contract/access-sessions.ts";
import { type AccessSessionRow, listLiveAccessSessions } from "../../db/access-sessions.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { SshDoor } from "../../domain/ssh-door.ts";
import type { Deps } from "../deps.ts";
import { iso } from "../devboxes/devbox-response.ts";
import { type Page, type PageQuery, takePage } from "../page.ts";

/** Those in force, newest first. Their secrets are nowhere; the id is what revokes them. */
export async function listAccessSessions(
	{ db, ssh }: Deps,
	actor: Actor,
	input: { params: { id: string }; query: PageQuery },
): Promise<Page<ExecSessionResponse>> {
	const box = await getDevboxRow(db, actor, input.params.id);
	const rows = await listLiveAccessSessions(db, { devboxId: box.id, userId: actor.userId });
	const page = takePage(rows, input.query, { order: "newest", placeOf: (row) => row });
	return { data: page.rows.map((row) => toResponse(row, ssh ?? null)), next_cursor: page.nextCursor };
}

function toResponse(row: AccessSessionRow, ssh: SshDoor | null): ExecSessionResponse {
	const activity = ssh?.activity(row.id) ?? null;
	return {
		id: row.id,
		command: "ssh",
		workdir: "/home/devbox",
		created: row.createdAt.toISOString(),
		is_active: activity !== null,
		tty: activity?.isTty ?? false,
		last_activity: iso(activity?.lastActivityAt ?? row.lastUsedAt),
		bytes_per_second: activity?.bytesPerSecond ?? 0,
		expires_at: row.expiresAt.toISOString(),
		connections: activity?.connections ?? 0,
	};
}
