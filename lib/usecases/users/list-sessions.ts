import type { SessionResponse } from "../../contract/workspace.ts";
import { listLiveSessions } from "../../db/sessions.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

export async function listSessions({ db }: Deps, actor: Actor): Promise<{ data: SessionResponse[] }> {
	const rows = await listLiveSessions(db, actor.userId);
	const data = rows.map((row) => ({
		id: row.id,
		method: row.method,
		user_agent: row.userAgent,
		created_at: row.createdAt.toISOString(),
		last_used_at: row.lastUsedAt.toISOString(),
		expires_at: row.expiresAt.toISOString(),
		is_current: row.id === actor.credentialId,
	}));
	return { data };
}
