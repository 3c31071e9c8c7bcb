/** The box that a login leads to, as its user: links into it, its environment, and words for what is in the way. */
import type { Duplex } from "node:stream";
import type { Actor } from "../../lib/domain/actor.ts";
import type { BoxLink, ForwardingLink } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxDeps } from "../../lib/usecases/deps.ts";
import { getEnterableDevbox } from "../../lib/usecases/devboxes/running-devbox.ts";

export type BoxAccess = {
	/** The link that all users of the box share. Throws AppError. */
	link(signal: AbortSignal): Promise<BoxLink>;
	/** A link of this client's own, to be closed by it. Throws AppError. */
	openForwarding(o: { onAgent: (stream: Duplex) => void; signal: AbortSignal }): Promise<ForwardingLink>;
	/** What /run/devbox/env says, read anew after two seconds. */
	environment(link: BoxLink): Promise<Record<string, string>>;
	/** What to tell the person. */
	explain(error: unknown): string;
};

const environmentFile = "/run/devbox/env";
const environmentBytesMax = 2 * 1024 * 1024;
const variablesMax = 100;
const readTimeoutMs = 10_000;
const environmentAgeMsMax = 2_000;
const user = "devbox";

export function openBoxAccess(o: {
	deps: BoxDeps;
	actor: Actor;
	devboxId: string;
	publicUrl: URL;
	log: Log;
}): BoxAccess {
	const { deps, actor, devboxId } = o;
	let environment: { read: Promise<Record<string, string>>; at: number } | null = null;
	return {
		async link(signal) {
			const row = await getEnterableDevbox(deps, actor, devboxId);
			return deps.linksOf(row.hostId ?? "").get({ instance: instanceName(row.id), user, signal });
		},
		async openForwarding({ onAgent, signal }) {
			const row = await getEnterableDevbox(deps, actor, devboxId);
			// An agent in a box that others can use would lend them its keys.
			if (row.owner.id !== actor.userId) throw notYours();
			return deps.linksOf(row.hostId ?? "").openForwarding({ instance: instanceName(row.id), user, onAgent, signal });
		},
		environment(link) {
			const now = performance.now();
			if (environment && now - environment.at < environmentAgeMsMax) return environment.read;
			const read = readEnvironment(link);
			const own = { read, at: now };
			environment = own;
			read.catch(() => {
				if (environment === own) environment = null;
			});
			return read;
		},
		explain(error) {
			if (!(error instanceof AppError)) {
				o.log.error({ err: error, devbox: devboxId }, "something in an SSH connection failed");
				return "Something failed on our side. Try again.";
			}
			o.log.info({ err: error, devbox: devboxId }, "something in an SSH connection was refused");
			if (error.code !== "wrong_state") return error.message;
			return `${error.message} See ${new URL(`/devboxes/${devboxId}`, o.publicUrl).href}`;
		},
	};
}

async function readEnvironment(link: BoxLink): Promise<Record<string, string>> {
	const { stdout, isTruncated } = await link.run({
		command: `cat ${environmentFile} 2>/dev/null`,
		timeoutMs: readTimeoutMs,
		outputMaxBytes: environmentBytesMax,
	});
	return isTruncated ? {} : parseEnvironment(stdout);
}

/** `NAME=value` entries, each ended by NUL. The file is the box's: what is no variable is left out. */
export function parseEnvironment(text: string): Record<string, string> {
	const variables: Record<string, string> = {};
	for (const entry of text.split("\0").slice(0, variablesMax)) {
		const match = /^([A-Za-z_][A-Za-z0-9_]{0,255})=([\s\S]*)$/.exec(entry);
		if (match?.[1]) variables[match[1]] = match[2] ?? "";
	}
	return variables;
}

function notYours(): AppError {
	return new AppError({
		code: "forbidden",
		message: "Others can use this devbox as well, so ports and agents are not forwarded into it.",
	});
}
