/** Sign-ins in the audit log. They happen in the web process, whose database role may add these events and read none. */
import { recordSignIn } from "../db/audit-events.ts";
import { type Database, dbCall } from "../db/database.ts";
import { SecretText } from "../domain/secret-text.ts";
import type { Log } from "../log/log.ts";
import { actorOfSession, findSession } from "./session.ts";

type AuthDatabase = Pick<Database, "prisma" | "pool">;

/** Throws when it cannot be written: a sign-in that nobody can see afterwards is none. */
export async function recordSessionBegin(
	db: AuthDatabase,
	o: { sessionToken: string; method: string; address: string | null },
): Promise<void> {
	const session = await findSession(db, new SecretText(o.sessionToken));
	const actor = session && actorOfSession(session);
	if (!session || !actor) return;
	await dbCall(() =>
		recordSignIn(db.pool, {
			workspaceId: actor.workspaceId,
			actor,
			action: "session.begin",
			target: { kind: "session", id: session.id },
			outcome: "success",
			address: o.address,
			detail: { method: o.method },
		}),
	);
}

export async function recordSessionEnd(
	db: AuthDatabase,
	o: { sessionToken: string; address: string | null },
): Promise<void> {
	const session = await findSession(db, new SecretText(o.sessionToken));
	const actor = session && actorOfSession(session);
	if (!session || !actor) return;
	const { workspaceId } = actor;
	const target = { kind: "session", id: session.id };
	const { address } = o;
	await dbCall(() =>
		recordSignIn(db.pool, { workspaceId, actor, action: "session.end", target, outcome: "success", address }),
	);
}

const refusalsPerMinute = 30;

type Refusal = {
	login: string | null;
	method: string;
	reason: string;
	/** The invitation link that did not let them in. */
	link?: { id: string; workspaceId: string };
	address: string | null;
};

/** Anybody can be refused, as often as they like: past so many a minute only the log of the process says so. */
export function openSignInRefusals(o: { log: Log; now?: () => number }) {
	const now = o.now ?? Date.now;
	let minute = 0;
	let count = 0;
	return async (db: AuthDatabase, refusal: Refusal): Promise<void> => {
		const current = Math.floor(now() / 60_000);
		if (current !== minute) [minute, count] = [current, 0];
		o.log.info(refusal, "a sign-in was refused");
		if (++count > refusalsPerMinute) return;
		const { login, method, reason, link, address } = refusal;
		if (link) return recordLinkRefusal(db, { ...refusal, link });
		// An account that nobody let in belongs to no workspace: the first one's admins are told.
		const workspace = await dbCall(() => db.prisma.workspace.findFirst({ orderBy: { createdAt: "asc" } }));
		if (!workspace) return;
		await dbCall(() =>
			recordSignIn(db.pool, {
				workspaceId: workspace.id,
				actor: { kind: "visitor", login },
				action: "session.refused",
				outcome: "refused",
				address,
				detail: { method, reason },
			}),
		);
	};
}

async function recordLinkRefusal(
	db: AuthDatabase,
	{ login, reason, link, address }: Refusal & { link: { id: string; workspaceId: string } },
): Promise<void> {
	await dbCall(() =>
		recordSignIn(db.pool, {
			workspaceId: link.workspaceId,
			actor: { kind: "visitor", login },
			action: "invitation_link.use",
			target: { kind: "invitation_link", id: link.id },
			outcome: "refused",
			address,
			detail: { reason },
		}),
	);
}
