/**
 * What all engine tests on a machine share, so that each starts in a second: a copy-on-write pool, a bridge, and a project that
 * holds sealed images. Made at first use; `removeTestMachine` takes it all away again.
 */
import { existsSync } from "node:fs";
import { readFile, statfs, writeFile } from "node:fs/promises";
import net from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { destroyInstance } from "./destroy-instance.ts";
import { IncusApi } from "./incus-api.ts";
import { isEngineError } from "./incus-errors.ts";
import type { IncusHost } from "./incus-host.ts";
import { openIncusTransport } from "./incus-transport.ts";

export const testMachine = {
	pool: "dbxtest",
	bridge: "dbxtest",
	cacheProject: "dbxtest-cache",
	profile: "box",
	/** Install id of what lies in the cache. */
	cacheInstallId: "tcache",
	/** Config key of a test's project: the process it belongs to. */
	ownerKey: "user.devbox.test-owner",
	/** Config key of a project that had the engine listen on https: the last of them to leave unsets it (`ops/host` does the same). */
	httpsKey: "user.devbox.https_address",
} as const;

const setUpTimeoutMs = 120_000;
const gib = 1024 ** 3;
const poolMaxBytes = 60 * gib;

export type Server = {
	config: Record<string, string> | null;
	environment: { certificate: string; server: string };
};

/** The engine's root socket on this machine. */
export function testEngineSocket(): string {
	const candidates = ["/var/lib/incus/unix.socket", "/var/lib/lxd/unix.socket"];
	const found = candidates.find((path) => existsSync(path));
	if (!found)
		throw new Error(`Engine tests need Incus or LXD on this machine: none of ${candidates.join(", ")} exists`);
	return `unix://${found}`;
}

/** The API as root, seen in `project`. */
export function rootHost(project: string, installId: string): IncusHost {
	const api = new IncusApi(openIncusTransport({ endpoint: testEngineSocket() }), project);
	return { api, installId, project, profile: testMachine.profile, pool: testMachine.pool };
}

/** Holds the machine-wide lock during `action`. An abstract socket: it is free the moment its holder dies. */
export async function withMachineLock<T>(action: () => Promise<T>): Promise<T> {
	const endsAt = Date.now() + 15 * 60_000;
	for (;;) {
		const server = net.createServer();
		const isHeld = await new Promise<boolean>((resolve, reject) => {
			server.once("error", (error: NodeJS.ErrnoException) => {
				if (error.code === "EADDRINUSE") resolve(false);
				else reject(error);
			});
			server.listen("\0devbox-test-machine", () => resolve(true));
		});
		if (isHeld) {
			try {
				return await action();
			} finally {
				await new Promise((resolve) => server.close(resolve));
			}
		}
		if (Date.now() > endsAt) throw new Error("Another test run has held the machine's lock for 15 minutes");
		await delay(100);
	}
}

/** Makes pool, bridge and cache project where they are missing. Call it under the lock. */
export async function ensureTestMachine(root: IncusHost): Promise<void> {
	await raiseKernelLimits();
	if (!(await exists(root, `/1.0/storage-pools/${testMachine.pool}`))) {
		const disk = await statfs("/var/lib");
		const size = Math.min(poolMaxBytes, Math.floor((disk.bavail * disk.bsize) / 2));
		const json = { name: testMachine.pool, driver: "btrfs", config: { size: `${Math.floor(size / gib)}GiB` } };
		await root.api.request({ method: "POST", path: "/1.0/storage-pools", json, timeoutMs: setUpTimeoutMs });
	}
	if (!(await exists(root, `/1.0/networks/${testMachine.bridge}`))) await createBridge(root);
	if (!(await exists(root, `/1.0/projects/${testMachine.cacheProject}`))) {
		await createProject(root, { name: testMachine.cacheProject, config: {} });
	}
}

export async function exists(root: IncusHost, path: string): Promise<boolean> {
	try {
		await root.api.request({ method: "GET", path });
		return true;
	} catch (error) {
		if (isEngineError(error, "not_found")) return false;
		throw error;
	}
}

/** An idle box's systemd holds 11 inotify instances of the kernel's default 128: the thirteenth box dies at boot. */
async function raiseKernelLimits(): Promise<void> {
	const wanted = {
		"fs/inotify/max_user_instances": 1_048_576,
		"fs/inotify/max_user_watches": 1_048_576,
		"kernel/keys/maxkeys": 2_000,
	};
	for (const [name, value] of Object.entries(wanted)) {
		const file = `/proc/sys/${name}`;
		if (Number(await readFile(file, "utf8")) < value) await writeFile(file, String(value));
	}
}

const bridgeSubnets = Array.from({ length: 20 }, (_, index) => `10.213.${77 + index}.1/24`);

async function createBridge(root: IncusHost): Promise<void> {
	let refusal: unknown;
	for (const address of bridgeSubnets) {
		const config = { "ipv4.address": address, "ipv4.nat": "true", "ipv6.address": "none", "dns.mode": "none" };
		const json = { name: testMachine.bridge, type: "bridge", config };
		try {
			await root.api.request({ method: "POST", path: "/1.0/networks", json, timeoutMs: setUpTimeoutMs });
			return;
		} catch (error) {
			refusal = error;
		}
	}
	throw new Error("No subnet is free for the tests' bridge", { cause: refusal });
}

/** The four system calls with which a box gets past its disk limit on btrfs. */
const syscallFilter = ["0x5000940e", "0x50009418", "0x50009401", "0x50009417"]
	.map((request) => `ioctl errno 1 [1,${request},SCMP_CMP_EQ]`)
	.join("\n");

/** A restricted project with the profile that boxes get, as an installation makes it. */
export async function createProject(
	root: IncusHost,
	o: { name: string; config: Record<string, string> },
): Promise<void> {
	await root.api.request({
		method: "POST",
		path: "/1.0/projects",
		json: {
			name: o.name,
			config: {
				"features.profiles": "true",
				"features.networks": "false",
				"features.images": "true",
				"features.storage.volumes": "true",
				restricted: "true",
				"restricted.containers.nesting": "allow",
				"restricted.devices.nic": "allow",
				"restricted.snapshots": "allow",
				"restricted.networks.access": testMachine.bridge,
				...o.config,
			},
		},
	});
	const inside = rootHost(o.name, "");
	await inside.api.request({
		method: "POST",
		path: "/1.0/profiles",
		json: {
			name: testMachine.profile,
			config: { "security.nesting": "true", "security.syscalls.deny": syscallFilter },
			devices: {
				root: { type: "disk", path: "/", pool: testMachine.pool },
				eth0: { type: "nic", name: "eth0", network: testMachine.bridge },
			},
		},
	});
	inside.api.transport.close();
}

/** Deletes a project with everything in it. A missing one is success. */
export async function removeProject(root: IncusHost, name: string): Promise<void> {
	if (!(await exists(root, `/1.0/projects/${name}`))) return;
	const inside = rootHost(name, "");
	try {
		const instances = await inside.api.request({ method: "GET", path: "/1.0/instances?recursion=1" });
		await Promise.all((instances as { name: string }[]).map((i) => destroyInstance(inside, { name: i.name })));
		if (await exists(inside, `/1.0/profiles/${testMachine.profile}`)) {
			await inside.api.request({ method: "DELETE", path: `/1.0/profiles/${testMachine.profile}` });
		}
		await root.api.request({ method: "DELETE", path: `/1.0/projects/${name}` });
	} finally {
		inside.api.transport.close();
	}
}

/** Takes away what tests share, and what killed tests left; nothing else on the engine is touched. Throws while tests run. */
export async function removeTestMachine(): Promise<void> {
	await withMachineLock(async () => {
		const root = rootHost("default", "");
		try {
			await removeOrphanedProjects(root);
			const all = await projects(root);
			const live = all.filter((project) => project.config[testMachine.ownerKey]).map((project) => project.name);
			if (live.length > 0) throw new Error(`Tests are running on this machine: ${live.join(", ")}`);
			const cache = all.find((project) => project.name === testMachine.cacheProject);
			await removeProject(root, testMachine.cacheProject);
			if (await exists(root, `/1.0/networks/${testMachine.bridge}`)) {
				await root.api.request({
					method: "DELETE",
					path: `/1.0/networks/${testMachine.bridge}`,
					timeoutMs: setUpTimeoutMs,
				});
			}
			if (await exists(root, `/1.0/storage-pools/${testMachine.pool}`)) {
				await root.api.request({
					method: "DELETE",
					path: `/1.0/storage-pools/${testMachine.pool}`,
					timeoutMs: setUpTimeoutMs,
				});
			}
			const address = cache?.config[testMachine.httpsKey];
			if (address) await releaseHttps(root, address);
		} finally {
			root.api.transport.close();
		}
	});
}

/** An installation that came meanwhile uses the address too: it inherits it. */
async function releaseHttps(root: IncusHost, address: string): Promise<void> {
	const heir = (await projects(root)).find((project) => project.name.startsWith("devbox-"));
	if (heir) {
		// LXD 5.0 drops the keys that a PATCH of a project does not name.
		const json = { config: { ...heir.config, [testMachine.httpsKey]: address } };
		await root.api.request({ method: "PATCH", path: `/1.0/projects/${heir.name}`, json });
		return;
	}
	const server = (await root.api.request({ method: "GET", path: "/1.0" })) as Server;
	if (server.config?.["core.https_address"] !== address) return;
	await root.api.request({ method: "PATCH", path: "/1.0", json: { config: { "core.https_address": "" } } });
}

type Project = { name: string; config: Record<string, string> };

async function projects(root: IncusHost): Promise<Project[]> {
	return (await root.api.request({ method: "GET", path: "/1.0/projects?recursion=1" })) as Project[];
}

/** Projects (and certificates) of test processes that died before they cleaned up. */
export async function removeOrphanedProjects(root: IncusHost): Promise<void> {
	for (const project of await projects(root)) {
		const owner = project.config[testMachine.ownerKey];
		if (!owner || owner === (await processIdentity(Number(owner.split(":")[0])))) continue;
		await removeCertificate(root, project.name);
		await removeProject(root, project.name);
	}
}

export async function removeCertificate(root: IncusHost, name: string): Promise<void> {
	const certificates = await root.api.request({ method: "GET", path: "/1.0/certificates?recursion=1" });
	for (const certificate of certificates as { name: string; fingerprint: string }[]) {
		if (certificate.name !== name) continue;
		await root.api.request({ method: "DELETE", path: `/1.0/certificates/${certificate.fingerprint}` });
	}
}

/** `pid:start time`: a pid alone is given out again. Null for a process that is gone. */
export async function processIdentity(pid: number): Promise<string | null> {
	try {
		const stat = await readFile(`/proc/${pid}/stat`, "utf8");
		// The command in parentheses may hold spaces; field 22 is the start time.
		return `${pid}:${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}
