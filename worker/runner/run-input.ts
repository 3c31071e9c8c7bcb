/** What running a pipeline takes and answers. */
import type pg from "pg";
import type { ClaimedRun } from "../../lib/db/claimed-run.ts";
import type { GithubAccess } from "../../lib/domain/github-access.ts";
import type { IdTokenIssuer } from "../../lib/domain/identity.ts";
import type { Sealer } from "../../lib/domain/sealer.ts";
import type { MirrorStore } from "../../lib/git/mirror-store.ts";
import type { Log } from "../../lib/log/log.ts";
import type { Hosts } from "../hosts.ts";
import type { Pipeline } from "./pipeline.ts";

/** `lost`: another worker or the user took over. `handed_back`: unfinished, and due again at once. */
export type RunOutcome = "success" | "failed" | "waiting" | "cancelled" | "lost" | "handed_back";

type RunDeps = {
	pool: pg.Pool;
	hosts: Hosts;
	installId: string;
	sealer: Sealer;
	issuer: IdTokenIssuer;
	github: GithubAccess;
	/** Where `org/repo` is. */
	githubUrl: string;
	mirrors: MirrorStore;
	log: Log;
	/** How long a write or read waits for a database that is away. */
	patienceMs: number;
};

export type RunInput = {
	run: ClaimedRun;
	pipeline: Pipeline;
	deps: RunDeps;
	/** Aborted with LostClaimError or ShuttingDown. */
	signal: AbortSignal;
	/** Asked between two steps, where a shutdown costs nothing. */
	isStopping: () => boolean;
};
