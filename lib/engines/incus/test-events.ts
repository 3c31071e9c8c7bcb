/** What the engine itself says that it did to instances, for tests that ask whether something was done twice. */
import { once } from "node:events";
import { WebSocket } from "ws";
import type { HostConnection } from "../registry.ts";

export type InstanceAction = "instance-created" | "instance-started" | "instance-deleted";

export type InstanceWatch = {
	/** How often the engine did that to the instance since the watch began. */
	count(o: { instance: string; action: InstanceAction }): number;
	close(): void;
};

type LifecycleEvent = { metadata?: { action?: string; source?: string } };

/** `host` over its unix socket. The engine hangs up on a listener that does not answer its pings: this one does. */
export async function watchInstances(host: Pick<HostConnection, "endpoint" | "project">): Promise<InstanceWatch> {
	const socketPath = host.endpoint.slice("unix://".length);
	const socket = new WebSocket(`ws+unix://${socketPath}:/1.0/events?type=lifecycle&project=${host.project}`);
	await once(socket, "open", { signal: AbortSignal.timeout(10_000) });
	const seen = new Map<string, number>();
	let isClosing = false;
	let broke: Error | null = null;
	socket.on("message", (data) => {
		const { metadata } = JSON.parse(String(data)) as LifecycleEvent;
		const instance = /^\/1\.0\/instances\/([^/?]+)/.exec(metadata?.source ?? "")?.[1];
		const key = `${metadata?.action} ${instance}`;
		seen.set(key, (seen.get(key) ?? 0) + 1);
	});
	socket.on("error", (error) => {
		broke = error;
	});
	socket.on("close", () => {
		if (!isClosing) broke ??= new Error("The engine closed its stream of events");
	});
	return {
		count({ instance, action }) {
			if (broke) throw broke;
			return seen.get(`${action} ${instance}`) ?? 0;
		},
		close() {
			isClosing = true;
			socket.terminate();
		},
	};
}
