/** Looks for an engine on this machine: Incus first, then LXD. */
import { access } from "node:fs/promises";
import { z } from "zod";
import { EngineError } from "../../lib/engines/engine.ts";
import { openRootApi, readEngine } from "./root-api.ts";

export type EngineServer = "incus" | "lxd";

export type FoundEngine = {
	server: EngineServer;
	socketPath: string;
	/** Where the daemon keeps its state. */
	stateDir: string;
	/** Null when it answers and lets us in. */
	problem: string | null;
	version: string | null;
};

type Candidate = Pick<FoundEngine, "server" | "stateDir" | "socketPath">;

const candidates: readonly Candidate[] = [
	{ server: "incus", stateDir: "/var/lib/incus", socketPath: "/var/lib/incus/unix.socket" },
	{ server: "lxd", stateDir: "/var/lib/lxd", socketPath: "/var/lib/lxd/unix.socket" },
	{ server: "lxd", stateDir: "/var/snap/lxd/common/lxd", socketPath: "/var/snap/lxd/common/lxd/unix.socket" },
];

const serverInfo = z.object({ auth: z.string(), environment: z.object({ server_version: z.string() }).optional() });
const answerTimeoutMs = 1500;

/** The first engine that answers, else the first whose socket is there (with what is wrong), else null. Changes nothing. */
export async function findEngine(o: { signal?: AbortSignal } = {}): Promise<FoundEngine | null> {
	let silent: FoundEngine | null = null;
	for (const candidate of candidates) {
		if (!(await isThere(candidate.socketPath))) continue;
		const found = await ask(candidate, o.signal);
		if (!found.problem) return found;
		silent ??= found;
	}
	return silent;
}

async function ask(candidate: Candidate, signal: AbortSignal | undefined): Promise<FoundEngine> {
	const root = openRootApi(candidate.socketPath);
	try {
		const info = await readEngine(root.global, {
			path: "/1.0",
			schema: serverInfo,
			signal,
			timeoutMs: answerTimeoutMs,
		});
		const version = info.environment?.server_version ?? null;
		const isTrusted = info.auth === "trusted";
		const problem = isTrusted ? null : `The engine at ${candidate.socketPath} answers, but does not trust this user.`;
		return { ...candidate, problem, version };
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		return { ...candidate, problem: error.message, version: null };
	} finally {
		root.close();
	}
}

async function isThere(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}
