/** The second box of an audit: somebody else's, as far as the canary is concerned. It stands on the fence first, on the open network later. */
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../lib/domain/errors.ts";
import { inFence } from "../../lib/domain/fence.ts";
import type { Engine } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import type { Shell } from "./run-attempts.ts";
import { digitsOf } from "./run-attempts.ts";

const auditPeerInstance = "isolation-peer";
/** Below those of boxes. */
const fencePlace = 3;
const limits = { vcpus: 1, memoryMib: 512, diskGib: 2 } as const;
const upTimeoutMs = 60_000;

export type AuditPeer = {
	name: string;
	fenced: string | null;
	/** Its address there. */
	moveOpen(): Promise<string>;
	close(): Promise<void>;
};

export async function openAuditPeer(o: {
	host: HostAccess;
	installId: string;
	imageRef: string;
	shell: Shell;
	nonce: string;
	fenceAddress: string | null;
	signal: AbortSignal;
	/** Throws where the run is another worker's by now: so is the second box, whose name is always the same. */
	progress(message: string): Promise<void>;
}): Promise<AuditPeer> {
	const { engine } = o.host;
	const name = auditPeerInstance;
	const close = async () => {
		await o.progress("Removing the second box.");
		await removeAuditPeer({ engine });
	};
	// One that a killed worker left.
	await close();
	try {
		await engine.create({
			name,
			// It is no box: the sweep of boxes that nobody knows does not see it.
			labels: { installId: o.installId, devboxId: "" },
			source: { kind: "image", image: o.imageRef },
			limits,
			network: o.fenceAddress ? { kind: "fenced", place: fencePlace } : { kind: "open" },
			signal: o.signal,
		});
		await engine.start({ name, signal: o.signal });
		const fenced = o.fenceAddress ? inFence(o.fenceAddress, fencePlace) : null;
		await untilAddress({ engine, signal: o.signal, is: (address) => fenced === null || address === fenced });
		await o.shell({
			instance: name,
			user: "root",
			command: `mkdir -p /srv/audit; echo $NONCE > /srv/audit/nonce; touch /root/audit-marker-$NONCE; until [ -S /run/systemd/private ]; do sleep 0.1; done; systemd-run -q --collect python3 -m http.server -d /srv/audit 8099; systemd-run -q --collect sleep 86400${digitsOf(o.nonce)}; for i in $(seq 100); do curl -s http://127.0.0.1:8099/nonce && break; sleep 0.1; done`,
		});
		return {
			name,
			fenced,
			async moveOpen() {
				await engine.setNetwork({ name, network: { kind: "open" }, signal: o.signal });
				return untilAddress({ engine, signal: o.signal, is: (address) => address !== fenced });
			},
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

export async function removeAuditPeer(o: { engine: Engine }): Promise<void> {
	await o.engine.destroy({ name: auditPeerInstance, signal: AbortSignal.timeout(upTimeoutMs) });
}

async function untilAddress(o: {
	engine: Engine;
	signal: AbortSignal;
	is: (address: string) => boolean;
}): Promise<string> {
	const endsAt = Date.now() + upTimeoutMs;
	while (Date.now() < endsAt) {
		const { ipv4 } = await o.engine.inspect({ name: auditPeerInstance, signal: o.signal });
		if (ipv4 !== null && o.is(ipv4)) return ipv4;
		await delay(200, undefined, { signal: o.signal });
	}
	throw new AppError({ code: "unavailable", message: "The audit's second box got no address." });
}
