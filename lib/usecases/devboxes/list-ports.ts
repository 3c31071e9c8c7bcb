import type { PortsResponse } from "../../contract/devbox-machine.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxLink } from "../../domain/box-link.ts";
import type { BoxDeps } from "../deps.ts";
import { linkToDevbox } from "./running-devbox.ts";

const portsMax = 200;

/** TCP ports that something listens on inside, lowest first, as `ss` tells. */
export async function listPorts(
	deps: BoxDeps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<PortsResponse> {
	const link = await linkToDevbox(deps, actor, { id: input.params.id, user: "root" });
	return { data: await readListeners(link) };
}

/** By a link as root, who alone sees whose a listener is. */
export async function readListeners(link: BoxLink): Promise<PortsResponse["data"]> {
	const result = await link.run({ command: "ss -H -ltnp", timeoutMs: 5_000, outputMaxBytes: 256 * 1024 });
	return parseListeners(result.stdout);
}

/** Lines as `LISTEN 0 128 0.0.0.0:3000 0.0.0.0:* users:(("node",pid=1,fd=3))`; what is not like that is passed over. */
export function parseListeners(text: string): PortsResponse["data"] {
	const byPort = new Map<number, PortsResponse["data"][number]>();
	for (const line of text.split("\n")) {
		const match = /^LISTEN\s+\d+\s+\d+\s+(\S+):(\d{1,5})\s+\S+(?:\s+users:\(\("([^"]{1,64})")?/.exec(line);
		if (!match) continue;
		const [, address = "", portText = "", process] = match;
		const port = Number(portText);
		if (port < 1 || port > 65_535) continue;
		const known = byPort.get(port);
		if (!known || isWider(address, known.address))
			byPort.set(port, { port, address, process: process ?? known?.process ?? null });
	}
	return [...byPort.values()].sort((a, b) => a.port - b.port).slice(0, portsMax);
}

function isWider(address: string, than: string): boolean {
	const isAny = (text: string) => text === "*" || text === "0.0.0.0" || text === "[::]";
	return isAny(address) && !isAny(than);
}
