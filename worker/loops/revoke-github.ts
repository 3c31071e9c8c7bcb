import type { Database } from "../../lib/db/database.ts";
import type { Github } from "../../lib/github/open-github.ts";
import { retryRevocations } from "../../lib/usecases/github/retry-revocations.ts";
import type { Loop } from "./loop.ts";

/** Ends at GitHub what members left behind there who are gone here. */
export function revokeGithub(o: { everyMs: number; db: Database; github: Pick<Github, "connections"> }): Loop {
	return {
		name: "revoke-github",
		everyMs: o.everyMs,
		turn: () => retryRevocations({ db: o.db, connections: o.github.connections }),
	};
}
