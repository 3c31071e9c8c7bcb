import type { TerminalsResponse } from "../../contract/devbox-machine.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxDeps } from "../deps.ts";
import { linkToDevbox } from "../devboxes/running-devbox.ts";

/** The named terminals of a box, oldest first: what a reload comes back to. */
export async function listTerminals(
	deps: BoxDeps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<TerminalsResponse> {
	const link = await linkToDevbox(deps, actor, { id: input.params.id, user: "devbox" });
	const result = await link.run({
		command: "/usr/lib/devbox/terminals list",
		timeoutMs: 5_000,
		outputMaxBytes: 64 * 1024,
	});
	return { data: parseTerminals(result.stdout) };
}

/** Lines as `main 1767225600 2`: name, creation in epoch seconds, clients. */
export function parseTerminals(text: string): TerminalsResponse["data"] {
	const terminals: TerminalsResponse["data"] = [];
	for (const line of text.split("\n")) {
		const match = /^([a-z0-9][a-z0-9-]{0,31}) (\d{1,11}) (\d{1,4})$/.exec(line);
		if (!match) continue;
		const [, name = "", seconds = "0", clients = "0"] = match;
		terminals.push({ name, created_at: new Date(Number(seconds) * 1000).toISOString(), clients: Number(clients) });
	}
	return terminals.sort((a, b) => a.created_at.localeCompare(b.created_at) || a.name.localeCompare(b.name));
}
