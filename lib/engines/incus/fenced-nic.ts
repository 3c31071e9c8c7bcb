/**
 * A box's network interface: on the usual bridge as the profile says, on the fenced bridge with one address that is its alone, or
 * (the egress filter) one leg on each. What the fence is on a host stands in the profile, written when the host was set up.
 */
import { z } from "zod";
import { filterAddress, inFence } from "../../domain/fence.ts";
import { EngineError, type InstanceNetwork, type InstanceRef } from "../engine.ts";
import { type IncusHost, instancePath, requireInstance, whenFree } from "./incus-host.ts";

/** In the profile, since the restricted certificate does not show the network itself. */
const fenceKey = "user.devbox.fence";

export type KnownFence = {
	bridge: string;
	address: string;
	resolvers: string[];
	/** The filter's leg on the boxes' usual bridge: its own address there, and the name of the host's end. */
	outer: { address: string; port: string };
	internalRanges: string[];
};
type Devices = Record<string, Record<string, string>>;

const profileSchema = z.object({
	config: z.record(z.string(), z.string()),
	devices: z.object({ eth0: z.record(z.string(), z.string()) }),
});
const changeTimeoutMs = 30_000;

/** `<bridge> <host's address>/24 <name server>,… <filter's address> <filter's port> <range>,…` */
export function fenceKeyOf(fence: KnownFence): Record<string, string> {
	const { bridge, address, resolvers, outer, internalRanges } = fence;
	const words = [
		bridge,
		`${address}/24`,
		resolvers.join(","),
		outer.address,
		outer.port,
		internalRanges.join(",") || "-",
	];
	return { [fenceKey]: words.join(" ") };
}

const fencePattern = /^([a-z0-9]{1,15}) ([\d.]+)\/24 ([\d.,]+) ([\d.]+) ([a-z0-9]{1,15}) ([\d.,/]+|-)$/;

/** Null where the host has none: it was set up by an older version, or without root. */
export function parseFence(config: Record<string, string>): KnownFence | null {
	const [, bridge, address, resolvers, own, port, ranges] = fencePattern.exec(config[fenceKey] ?? "") ?? [];
	if (!bridge || !address || !resolvers || !own || !port || !ranges) return null;
	const internalRanges = ranges === "-" ? [] : ranges.split(",");
	return { bridge, address, resolvers: resolvers.split(","), outer: { address: own, port }, internalRanges };
}

/** The devices to add to an instance; none for the usual network, which the profile gives. */
export async function networkDevices(
	host: IncusHost,
	o: { network: InstanceNetwork; signal?: AbortSignal | undefined },
): Promise<Devices> {
	if (o.network.kind === "open") return {};
	const { fence, usual } = await readFence(host, o.signal);
	const leg = { type: "nic", network: fence.bridge, "security.mac_filtering": "true" };
	if (o.network.kind === "filter") {
		// Its answers come from whatever address a box wrote to, so that its source addresses cannot be filtered.
		return {
			eth0: {
				...usual,
				"ipv4.address": fence.outer.address,
				host_name: fence.outer.port,
				hwaddr: hardwareAddress(fence.outer.address),
			},
			fence: {
				...leg,
				name: "fence",
				"ipv4.address": filterAddress(fence.address),
				hwaddr: hardwareAddress(filterAddress(fence.address)),
			},
		};
	}
	return {
		eth0: {
			...leg,
			name: "eth0",
			"ipv4.address": inFence(fence.address, o.network.place),
			"security.ipv4_filtering": "true",
			"security.ipv6_filtering": "true",
			"security.port_isolation": "true",
		},
	};
}

/** Of one address always the same: a filter that is made anew is at once found by those who knew the one before. */
function hardwareAddress(address: string): string {
	const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
	return ["02", "de", ...bytes].join(":");
}

async function readFence(
	host: IncusHost,
	signal: AbortSignal | undefined,
): Promise<{ fence: KnownFence /** What the profile gives every box. */; usual: Record<string, string> }> {
	const path = `/1.0/profiles/${encodeURIComponent(host.profile)}`;
	const profile = profileSchema.safeParse(await host.api.request({ method: "GET", path, signal }));
	const fence = profile.success ? parseFence(profile.data.config) : null;
	if (profile.success && fence) return { fence, usual: profile.data.devices.eth0 };
	throw new EngineError("invalid", "This host has no fenced bridge, so it cannot enforce a network policy");
}

/** The engine unplugs the one and plugs the other; the box asks for its new address by itself. */
export async function setInstanceNetwork(
	host: IncusHost,
	o: InstanceRef & { network: InstanceNetwork },
): Promise<void> {
	const wanted = await networkDevices(host, o);
	await whenFree(host, { ...o, timeoutMs: changeTimeoutMs }, async () => {
		const { devices } = await requireInstance(host, o);
		const { eth0, ...rest } = devices;
		const isSame = JSON.stringify(sorted(eth0 ?? {})) === JSON.stringify(sorted(wanted.eth0 ?? {}));
		if (isSame) return;
		await host.api.run({
			method: "PUT",
			path: instancePath(o.name),
			json: { ...(await instanceBody(host, o)), devices: { ...rest, ...wanted } },
			timeoutMs: changeTimeoutMs,
			signal: o.signal,
		});
	});
}

const bodySchema = z.object({
	architecture: z.string(),
	config: z.record(z.string(), z.string()),
	profiles: z.array(z.string()),
	ephemeral: z.boolean(),
	description: z.string(),
});

/** A PATCH merges devices and can take none away: the whole instance is written. */
async function instanceBody(host: IncusHost, o: InstanceRef): Promise<z.infer<typeof bodySchema>> {
	const answer = await host.api.request({ method: "GET", path: instancePath(o.name), signal: o.signal });
	const parsed = bodySchema.safeParse(answer);
	if (parsed.success) return parsed.data;
	throw new EngineError("unavailable", "The engine's answer about an instance is not understood", parsed.error);
}

function sorted(device: Record<string, string>): [string, string][] {
	return Object.entries(device).sort(([a], [b]) => (a < b ? -1 : 1));
}
