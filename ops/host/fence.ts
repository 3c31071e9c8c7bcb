/**
 * The second bridge: boxes with a network policy stand on it. It leads nowhere. The host answers DHCP there and nothing else; the
 * way out that DHCP names is the egress filter, an instance with one leg here and one on the boxes' usual bridge. With no filter
 * behind it a box on the fence has no network at all.
 *
 * The engine has an access list for such bridges, and it is not used: where the kernel shows bridged traffic to the host's IP rules
 * (br_netfilter, which Docker switches on), a list that closes the bridge closes it between box and filter too. Our own firewall
 * closes it instead, one layer below.
 */
import { AppError } from "../../lib/domain/errors.ts";
import { filterAddress, inFence, sparePlace } from "../../lib/domain/fence.ts";
import { internalRanges } from "./filter-variables.ts";
import { type HostStage, hostNames, installLabel } from "./host-names.ts";
import { addressOf, freeAddress, networkSchema } from "./network.ts";
import { type RootApi, readIfThere } from "./root-api.ts";
import { removeStaleBridge } from "./stale-bridge.ts";

export type Fence = {
	bridge: string;
	/** The host's own address there, which answers DHCP. */
	address: string;
};

/** Find-or-create. To be called after the usual bridge was made: two that look for a subnet at once could take the same. */
export async function ensureFence(o: HostStage & { root: RootApi }): Promise<Fence> {
	const { fence } = hostNames(o.installId);
	const path = `/1.0/networks/${fence}`;
	const found = await readIfThere(o.root.global, { path, schema: networkSchema, signal: o.signal });
	if (found && !found.managed) {
		throw new AppError({
			code: "conflict",
			message: `An interface named ${fence} exists on this machine and is not the engine's. Remove it: ip link delete ${fence}`,
		});
	}
	const address = addressOf(found?.config["ipv4.address"]) ?? (await freeAddress(o));
	internalRanges([`${inFence(address, 0)}/24`]);
	const config = fenceConfig(o.installId, address);
	if (!found) {
		await removeStaleBridge({ bridge: fence, signal: o.signal });
		o.progress(`making the fenced bridge ${fence}`);
		await o.root.global.request({
			method: "POST",
			path: "/1.0/networks",
			json: { name: fence, type: "bridge", description: `Fence of devbox install ${o.installId}`, config },
			signal: o.signal,
		});
	} else if (Object.entries(config).some(([key, value]) => found.config[key] !== value)) {
		await o.root.global.request({ method: "PATCH", path, json: { config }, signal: o.signal });
	}
	return { bridge: fence, address };
}

function fenceConfig(installId: string, address: string): Record<string, string> {
	const filter = filterAddress(address);
	return {
		"ipv4.address": `${address}/24`,
		"ipv4.nat": "false",
		"ipv4.dhcp.gateway": filter,
		// Boxes have places of their own: what is given to whoever asks else is one address, so that nobody can use up the others'.
		"ipv4.dhcp.ranges": `${inFence(address, sparePlace)}-${inFence(address, sparePlace)}`,
		"ipv4.dhcp.expiry": "1h",
		"ipv6.address": "none",
		"dns.mode": "none",
		// DHCP alone: a name server here would carry a box's questions, and what is hidden in them, out of the fence.
		"raw.dnsmasq": `port=0\ndhcp-option=6,${filter}\ndhcp-ignore-names\nno-hosts`,
		[installLabel]: installId,
	};
}
