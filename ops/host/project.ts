/**
 * The install's own project on the engine, and in it the profile that every box has. The project is restricted, so that whoever
 * holds the install's certificate can make unprivileged boxes on our bridge and pool, and nothing else on this machine.
 */
import { z } from "zod";
import { filterOuterAddress } from "../../lib/domain/fence.ts";
import { EngineError } from "../../lib/engines/engine.ts";
import { fenceKeyOf } from "../../lib/engines/incus/fenced-nic.ts";
import { internalRanges, saidResolvers } from "./filter-variables.ts";
import { type HostStage, hostNames, installLabel } from "./host-names.ts";
import { mapsIdsOnMount } from "./id-isolation.ts";
import { addressOf } from "./network.ts";
import { type RootApi, readEngine, readIfThere } from "./root-api.ts";

const configSchema = z.object({ config: z.record(z.string(), z.string()) });
const projectsSchema = z.array(configSchema.extend({ name: z.string(), description: z.string() }));

/**
 * On btrfs a disk limit does not hold for subvolumes made inside a box, and any user can make them: the calls that make or change
 * subvolumes and their limits answer EPERM (1). In order: SUBVOL_CREATE, SUBVOL_CREATE_V2, SNAP_CREATE, SNAP_CREATE_V2,
 * QUOTA_CTL, QGROUP_ASSIGN, QGROUP_CREATE, QGROUP_LIMIT.
 */
const deniedIoctls = [
	"0x5000940e",
	"0x50009418",
	"0x50009401",
	"0x50009417",
	"0xc0109428",
	"0x40189429",
	"0x4010942a",
	"0x8030942b",
] as const;

type ProjectStage = HostStage & { root: RootApi };

export async function ensureProject(o: ProjectStage): Promise<void> {
	const { project, bridge, fence } = hostNames(o.installId);
	const config = {
		"features.images": "true",
		"features.profiles": "true",
		"features.networks": "false",
		"features.storage.volumes": "true",
		restricted: "true",
		"restricted.containers.nesting": "allow",
		"restricted.devices.nic": "allow",
		// Of its own instances only: what forks and restores are made from.
		"restricted.snapshots": "allow",
		"restricted.networks.access": `${bridge},${fence}`,
		[installLabel]: o.installId,
	};
	const found = (await readProjects(o)).find((other) => other.name === project);
	if (!found) {
		o.progress(`making the project ${project}`);
		await o.root.global.request({
			method: "POST",
			path: "/1.0/projects",
			json: { name: project, description: `Devbox install ${o.installId}`, config },
			signal: o.signal,
		});
	} else {
		await setProjectConfig({ ...o, project, config });
	}
	await ensureProfile(o);
}

/** Every project of the engine. To be read as a list: a single one that is missing is no "not found" for the driver. */
export async function readProjects(
	o: Pick<HostStage, "signal"> & { root: RootApi },
): Promise<z.infer<typeof projectsSchema>> {
	return readEngine(o.root.global, { path: "/1.0/projects?recursion=1", schema: projectsSchema, signal: o.signal });
}

/** Sets keys of a project's configuration, and writes only when they differ. LXD's PATCH forgets the keys that it is not given. */
export async function setProjectConfig(
	o: Pick<HostStage, "signal"> & { root: RootApi; project: string; config: Record<string, string> },
): Promise<void> {
	const found = (await readProjects(o)).find((other) => other.name === o.project);
	if (!found) throw new EngineError("not_found", `There is no project ${o.project} on the engine.`);
	if (Object.entries(o.config).every(([key, value]) => found.config[key] === value)) return;
	await o.root.global.request({
		method: "PUT",
		path: `/1.0/projects/${o.project}`,
		json: { description: found.description, config: { ...found.config, ...o.config } },
		signal: o.signal,
	});
}

/** Its key in the profile; nothing where there is no fence yet. */
async function knownFence(o: ProjectStage): Promise<Record<string, string>> {
	const { bridge, fence, filterPort } = hostNames(o.installId);
	const addresses = await Promise.all(
		[fence, bridge].map(async (name) => {
			const path = `/1.0/networks/${name}`;
			const found = await readIfThere(o.root.global, { path, schema: configSchema, signal: o.signal });
			return addressOf(found?.config["ipv4.address"]);
		}),
	);
	const [address, own] = addresses;
	if (!address || !own) return {};
	const resolvers = saidResolvers() ?? [own];
	const outer = { address: filterOuterAddress(own), port: filterPort };
	return fenceKeyOf({ bridge: fence, address, resolvers, outer, internalRanges: internalRanges([]) });
}

/**
 * Find-or-create, with what this version of the product says. To be called again once the first image is in: only then is it
 * known whether the engine gives each box user ids of its own for free.
 */
export async function ensureProfile(o: ProjectStage): Promise<void> {
	const names = hostNames(o.installId);
	const api = o.root.inProject(names.project);
	const isolatesIds = (await mapsIdsOnMount(o)) ?? false;
	const isRoot = process.getuid?.() === 0;
	const profile = {
		description: "Every devbox",
		config: {
			"boot.autostart": "false",
			"security.nesting": "true",
			"security.devlxd": "false",
			"security.idmap.isolated": String(isolatesIds),
			"security.syscalls.deny": deniedIoctls
				.map((code) => `ioctl errno 1 [1,${code},SCMP_CMP_MASKED_EQ,0xffffffff]`)
				.join("\n"),
			"limits.processes": "10000",
			// What gateway and worker must know of it. Without root no firewall closes the fence, so that there is none.
			...(isRoot && (await knownFence(o))),
			[installLabel]: o.installId,
		},
		devices: {
			root: { type: "disk", path: "/", pool: names.pool },
			eth0: {
				type: "nic",
				name: "eth0",
				network: names.bridge,
				"security.mac_filtering": "true",
				"security.ipv4_filtering": "true",
				"security.ipv6_filtering": "true",
				"security.port_isolation": "true",
			},
		},
	};
	const path = `/1.0/profiles/${names.profile}`;
	const found = await readIfThere(api, { path, schema: configSchema, signal: o.signal });
	await api.request(
		found
			? { method: "PUT", path, json: profile, signal: o.signal }
			: { method: "POST", path: "/1.0/profiles", json: { name: names.profile, ...profile }, signal: o.signal },
	);
}
