import { cookies } from "next/headers.js";
import type { Actor } from "../domain/actor.ts";
import { SecretText } from "../domain/secret-text.ts";
import { actorOfSession, findSession, sessionCookieName } from "./session.ts";
import { webServer } from "./web-server.ts";

/** Who looks at the page; null for a visitor. Reads the session's row each time. */
export async function readPageActor(): Promise<Actor | null> {
	const { config, db } = webServer();
	const token = (await cookies()).get(sessionCookieName(config.publicUrl))?.value;
	const session = token ? await findSession(db, new SecretText(token)) : null;
	return session ? actorOfSession(session) : null;
}
