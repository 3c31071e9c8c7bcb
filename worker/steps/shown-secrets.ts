import type { GetLink } from "./follow-command.ts";

const readTimeoutMs = 15_000;
const environmentBytesMax = 4 * 1024 * 1024;

/** The values of a box's environment: what is shown of programs that run with it must not have them. */
export async function readShownSecrets(o: { getLink: GetLink; signal: AbortSignal }): Promise<string[]> {
	const root = await o.getLink("root");
	const environment = await root.run({
		command: "cat /run/devbox/env",
		timeoutMs: readTimeoutMs,
		outputMaxBytes: environmentBytesMax,
		signal: o.signal,
	});
	return environment.stdout.split("\0").map((entry) => entry.slice(entry.indexOf("=") + 1));
}
