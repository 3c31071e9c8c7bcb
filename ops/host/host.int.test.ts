/**
 * The whole set-up on this machine's real engine, under an install id of its own, and what it promises about the boxes on it.
 * Needs root; what a killed run left is removed by the next one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { buildImage } from "../../images/build-image.ts";
import type { Engine } from "../../lib/engines/engine.ts";
import { IncusApi } from "../../lib/engines/incus/incus-api.ts";
import { openIncusEngine } from "../../lib/engines/incus/incus-engine.ts";
import { openIncusTransport } from "../../lib/engines/incus/incus-transport.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { findEngine } from "./find-engine.ts";
import { isFirewallApplied } from "./firewall.ts";
import { hostNames } from "./host-names.ts";
import { keepFirewall } from "./keep-firewall.ts";
import { readKernelLimits } from "./kernel-limits.ts";
import { ensureProfile } from "./project.ts";
import { removeHost } from "./remove-host.ts";
import { openRootApi, readEngine } from "./root-api.ts";
import { type LocalHost, setupHost } from "./setup-host.ts";

const installId = "tsthst";
const names = hostNames(installId);
const imagesDir = process.env.DEVBOX_TEST_IMAGES ?? path.join(tmpdir(), "devbox-test-images");
const outside = {
	namespace: "dbxtst-out",
	link: "dbxtsto0",
	host: "198.51.100.1",
	public: "198.51.100.2",
	private: "10.60.60.60",
};
const dummy = { link: "dbxtstd0", v4: "198.51.101.1", private: "10.60.61.1", v6: "2001:db8:77::1" };
const port = 18_099;
const progress = () => undefined;
const setUpTimeoutMs = 10 * 60_000;
vi.setConfig({ testTimeout: 60_000 });

let engineDir: string;
let host: LocalHost;
let engine: Engine;
let image: string;
let listener: Server;
let outsider: ChildProcess;

beforeAll(async () => {
	const signal = AbortSignal.timeout(setUpTimeoutMs);
	await removeHost({ installId, signal, progress });
	await removeLinks();
	engineDir = await mkdtemp(path.join(tmpdir(), "devbox-host-"));
	host = await setupHost({ installId, engineDir, hostId: "host_test", poolGibMax: 10, signal, progress });
	const built = await buildImage({ name: "base", imagesDir, signal, progress });
	image = built.image;
	await openIncusEngine(host.root).importImage({ image, rootfsPath: built.rootfsPath, signal });
	const root = openRootApi(host.root.endpoint.slice("unix://".length));
	await ensureProfile({ installId, root, signal, progress });
	root.close();
	engine = openIncusEngine(host.restricted);
	await Promise.all([makeBox("dbx-one"), makeBox("dbx-two")]);
	await makeOutside();
	listener = createServer((socket) => socket.on("error", () => socket.destroy()).end("reached\n"));
	await new Promise<void>((resolve, reject) => listener.once("error", reject).listen(port, "::", resolve));
}, setUpTimeoutMs);

afterAll(async () => {
	listener?.close();
	outsider?.kill("SIGKILL");
	await removeLinks();
	await removeHost({ installId, signal: AbortSignal.timeout(setUpTimeoutMs), progress });
	if (engineDir) await rm(engineDir, { recursive: true });
	if (host) expect(await leftovers()).toEqual([]);
}, setUpTimeoutMs);

describe("the set-up", () => {
	it("run again changes nothing and is over within 5 s", async () => {
		const startedAt = performance.now();
		const said: string[] = [];
		const signal = AbortSignal.timeout(30_000);
		const again = await setupHost({
			installId,
			engineDir,
			hostId: "host_test",
			signal,
			progress: (phrase) => said.push(phrase),
		});
		expect(again.restricted).toEqual(host.restricted);
		expect(said.filter((phrase) => phrase.startsWith("making"))).toEqual([]);
		expect(performance.now() - startedAt).toBeLessThan(5000);
	});

	it("leaves every kernel limit that boxes need where it should be", async () => {
		const unmet = (await readKernelLimits()).filter((limit) => limit.isRequired && !limit.isMet);
		expect(unmet).toEqual(host.unmetLimits.filter((limit) => limit.isRequired));
	});

	it("puts the firewall back when something flushed it", async () => {
		const signal = AbortSignal.timeout(30_000);
		await runCommand({ command: ["nft", "delete", "table", "inet", names.firewallTable], signal });
		expect(await isFirewallApplied({ installId, signal })).toBe(false);
		await setupHost({ installId, engineDir, hostId: "host_test", signal, progress });
		expect(await isFirewallApplied({ installId, signal })).toBe(true);
	});

	it("puts the firewall back by itself while the product runs, and says so", async () => {
		const signal = AbortSignal.timeout(30_000);
		const said: string[] = [];
		const stop = keepFirewall({ ...host.firewall, installId, everyMs: 100, say: (text) => said.push(text) });
		await delay(500);
		expect(said).toEqual([]);
		await runCommand({ command: ["nft", "delete", "table", "inet", names.firewallTable], signal });
		await until(() => isFirewallApplied({ installId, signal }));
		await until(async () => said.length > 0);
		await stop();
		expect(said).toEqual([expect.stringContaining("are back")]);
	});

	it("lets boxes out where Docker or ufw drops what is forwarded: our rules stand in the built-in chain", async () => {
		const { stdout } = await runCommand({ command: ["iptables", "-S", "FORWARD"] });
		expect(stdout).toMatch(new RegExp(`-A FORWARD -i ${names.bridge} .*-j ACCEPT`));
		expect(stdout).toMatch(new RegExp(`-A FORWARD -o ${names.bridge} .*ESTABLISHED.*-j ACCEPT`));
	});
});

describe("the restricted certificate", () => {
	const api = (project: string) => new IncusApi(openIncusTransport(host.restricted), project);

	it("sees nothing of another project", async () => {
		await expect(api("default").request({ method: "GET", path: "/1.0/instances" })).rejects.toThrow(
			/403|404|not authorized/i,
		);
		const projects = await api(names.project).request({ method: "GET", path: "/1.0/projects" });
		expect(projects).toEqual([`/1.0/projects/${names.project}`]);
	});

	it.each([
		["a privileged box", { config: { "security.privileged": "true" } }],
		["raw container configuration", { config: { "raw.lxc": "lxc.apparmor.profile=unconfined" } }],
		["a folder of the host", { devices: { etc: { type: "disk", source: "/etc", path: "/mnt" } } }],
		[
			"a bridge that is not ours",
			{ devices: { eth0: { type: "nic", nictype: "bridged", parent: "eth0", name: "eth0" } } },
		],
		["a device of the host", { devices: { kvm: { type: "unix-char", source: "/dev/kvm" } } }],
	])("is refused %s", async (_what, change) => {
		const json = { name: "dbx-refused", profiles: [names.profile], source: { type: "none" }, ...change };
		await expect(
			api(names.project).run({ method: "POST", path: "/1.0/instances", json, timeoutMs: 30_000 }),
		).rejects.toThrow();
	});
});

describe("a box", () => {
	it("has user ids of its own exactly where the engine gives them without rewriting its files", async () => {
		const schema = z.object({ config: z.record(z.string(), z.string()) });
		const api = new IncusApi(openIncusTransport(host.restricted), names.project);
		const read = (apiPath: string) => readEngine(api, { path: apiPath, schema });
		const [profile, box] = await Promise.all([read(`/1.0/profiles/${names.profile}`), read("/1.0/instances/dbx-one")]);
		const isUnshifted = box.config["volatile.last_state.idmap"] === "[]";
		expect(profile.config["security.idmap.isolated"]).toBe(String(isUnshifted));
	});

	it("is up with no failed unit, idle in at most 60 MiB", async () => {
		expect(await inBox("dbx-one", "systemctl is-system-running --wait; systemctl --failed --no-legend")).toBe(
			"running",
		);
		await until(async () => {
			const { usage } = await engine.inspect({ name: "dbx-one", usage: true });
			return usage !== null && usage.memoryBytes <= 60 * 1024 * 1024;
		});
	});

	it("has what the image promises", async () => {
		const programs = "git curl gcc make python3 docker tmux rg jq rsync unzip less vim ps ip sshd sudo";
		expect(await inBox("dbx-one", `for p in ${programs}; do command -v $p >/dev/null || echo $p; done`)).toBe("");
		expect(await inBox("dbx-one", "locale -a | grep -cE '^(C.utf8|en_US.utf8)$'")).toBe("2");
		expect(await asUser("dbx-one", "id -u; id -Gn; sudo -n id -u")).toBe("1000\ndevbox docker\n0");
		expect(await asUser("dbx-one", "touch /workspace/a && ls /workspaces && rm /workspaces/a")).toBe("a");
		expect(await inBox("dbx-one", "systemctl is-enabled ssh.service docker.socket docker.service")).toBe(
			"masked\nenabled\ndisabled",
		);
	});

	it("has a machine id and a host key of its own, and only an ed25519 key", async () => {
		const show = "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; ls /etc/ssh/ssh_host_*";
		const [one, two] = await Promise.all([inBox("dbx-one", show), inBox("dbx-two", show)]);
		const keys = "/etc/ssh/ssh_host_ed25519_key\n/etc/ssh/ssh_host_ed25519_key.pub";
		for (const shown of [one, two]) expect(shown).toMatch(new RegExp(`^[0-9a-f]{32}\nssh-ed25519 \\S+\\s*\n${keys}$`));
		expect(one).not.toBe(two);
	});

	it("starts Docker on first use, with overlay2", async () => {
		expect(await asUser("dbx-two", "docker info --format '{{.Driver}}'")).toBe("overlay2");
	});
});

describe("the disk limit", () => {
	const subvolumeCalls = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
fd = os.open(os.path.expanduser("~"), os.O_RDONLY)
for command in (0x5000940e, 0x50009418, 0x50009401, 0x50009417):
    for high in (0, 1 << 32):
        request = ctypes.create_string_buffer(4096)
        request[8:12] = b"sub1"
        result = libc.syscall(16, ctypes.c_long(fd), ctypes.c_long(command | high), request)
        print(result, ctypes.get_errno())
`;

	it.each([
		["uid 1000", asUser],
		["root", inBox],
	] as const)(
		"holds against subvolumes made by %s, also when the call's unused upper bits are set",
		async (_who, run) => {
			const answers = await run("dbx-one", `python3 -c '${subvolumeCalls}'; ls -A ~ | grep -c sub1`);
			expect(answers.split("\n")).toEqual([...Array(8).fill("-1 1"), "0"]);
		},
	);

	it.each([
		["uid 1000", asUser],
		["root", inBox],
	] as const)(
		"stops %s from writing past it",
		async (_who, run) => {
			const answer = await run(
				"dbx-one",
				"LC_ALL=C dd if=/dev/zero of=$HOME/fill bs=1M count=3000 2>&1; rm -f $HOME/fill; sync",
			);
			expect(answer).toMatch(/Disk quota exceeded|No space left on device/);
		},
		120_000,
	);
});

describe("the network of a box", () => {
	/** Which of these `address/port` a box gets a connection to. */
	const opens = async (box: string, targets: string[]): Promise<string[]> => {
		const tries = targets.map(
			(target) => `(timeout 2 bash -c 'exec 3<>/dev/tcp/${target}' 2>/dev/null && echo ${target}) &`,
		);
		return (await inBox(box, `${tries.join("\n")}\nwait`)).split("\n").filter(Boolean);
	};

	it("reaches the outside, as its host", async () => {
		expect(await opens("dbx-one", [`${outside.public}/${port}`])).toEqual([`${outside.public}/${port}`]);
		expect(await inBox("dbx-one", `timeout 5 bash -c 'cat </dev/tcp/${outside.public}/${port}'`)).toContain(
			outside.host,
		);
	});

	it("reaches no private address behind its host", async () => {
		expect(await connects(outside.private)).toBe(true);
		expect(await opens("dbx-one", [`${outside.private}/${port}`])).toEqual([]);
	});

	it("reaches none of its host's addresses, nor the engine's port, by v4 or v6", async () => {
		const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
		const addresses = [
			...own.filter((entry) => !entry.internal).map((entry) => entry.address),
			dummy.v4,
			dummy.private,
			dummy.v6,
		];
		for (const address of [dummy.v4, dummy.private, dummy.v6]) expect(await connects(address)).toBe(true);
		const scoped = addresses.map((address) => (address.startsWith("fe80") ? `${address}%eth0` : address));
		const enginePort = new URL(host.restricted.endpoint).port;
		const targets = scoped.flatMap((address) => [`${address}/${port}`, `${address}/${enginePort}`, `${address}/22`]);
		expect(await opens("dbx-one", [...new Set(targets)])).toEqual([]);
	});

	it("stays closed when the box gives itself an IPv6 address and route", async () => {
		await inBox("dbx-one", "ip -6 addr add fd77::2/64 dev eth0 nodad; ip -6 route add default dev eth0");
		await runCommand({
			command: ["ip", "-6", "addr", "add", "fd77::1/64", "dev", names.bridge, "nodad"],
			allowedCodes: [2],
		});
		expect(await opens("dbx-one", [`fd77::1/${port}`, `${dummy.v6}/${port}`])).toEqual([]);
	});

	it("does not reach another box, directly, through the bridge, or with another's address", async () => {
		const { ipv4 } = await engine.inspect({ name: "dbx-two" });
		await inBox("dbx-two", `systemd-run -q --collect python3 -m http.server ${port}`);
		await until(async () => (await inBox("dbx-two", `ss -Hltn sport = :${port}`)) !== "");
		expect(await connects(ipv4 ?? "")).toBe(true);
		expect(await opens("dbx-one", [`${ipv4}/${port}`])).toEqual([]);
		await inBox("dbx-one", `ip route add ${ipv4}/32 via ${await gatewayOf("dbx-one")}`);
		expect(await opens("dbx-one", [`${ipv4}/${port}`])).toEqual([]);
		await inBox("dbx-one", `ip route del ${ipv4}/32`);
	});

	it("takes no answer for an address that the box gave itself", async () => {
		const spare = (await gatewayOf("dbx-one")).replace(/\.1$/, ".251");
		const answer = `ip addr add ${spare}/24 dev eth0; ping -c1 -W1 -I ${spare} ${outside.public} >/dev/null; echo $?; ip addr del ${spare}/24 dev eth0`;
		expect(await inBox("dbx-one", answer)).toBe("1");
		expect(await inBox("dbx-one", `ping -c1 -W1 ${outside.public} >/dev/null; echo $?`)).toBe("0");
	});

	it("cannot use up the addresses of the others by asking for them in many names", async () => {
		// DISCOVER with rapid commit, which takes an address with one packet; each for another client.
		const asking = `
import os, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0"); s.bind(("", 68))
for n in range(300):
	mac = b"\\x02" + os.urandom(5)
	head = struct.pack("!BBBBIHH4s4s4s4s", 1, 1, 6, 0, n + 1, 0, 0x8000, b"", b"", b"", b"") + mac + bytes(10 + 192)
	s.sendto(head + b"\\x63\\x82\\x53\\x63" + bytes([53, 1, 1, 80, 0, 61, 7, 1]) + mac + b"\\xff", ("255.255.255.255", 67))
`;
		const said = await inBox("dbx-one", `python3 - <<'END' 2>&1\n${asking}\nEND`);
		expect(said).toBe("");
		await delay(1_000);
		const leases = await leasedAddresses();
		expect(leases).toBeGreaterThan(10);
		expect(leases).toBeLessThan(80);
	});

	it("resolves neither another box's name nor its host's", async () => {
		const hostname = (await runCommand({ command: ["hostname"] })).stdout.trim();
		for (const name of ["dbx-two", "dbx-two.lxd", "dbx-two.incus", hostname, "ip6-allnodes"]) {
			const ask = `getent -s dns hosts ${name} || echo none`;
			expect({ name, answer: await inBox("dbx-one", ask) }).toEqual({ name, answer: "none" });
		}
	});
});

/** By the DHCP server's own file: the engine lists those of instances alone. */
async function leasedAddresses(): Promise<number> {
	const found = await findEngine({ signal: AbortSignal.timeout(10_000) });
	const file = path.join(found?.stateDir ?? "", "networks", names.bridge, "dnsmasq.leases");
	return (await readFile(file, "utf8")).split("\n").filter(Boolean).length;
}

async function makeBox(name: string): Promise<void> {
	const labels = { installId, devboxId: name.replace("-", "_") };
	await engine.create({
		name,
		labels,
		source: { kind: "image", image },
		limits: { vcpus: 1, memoryMib: 1024, diskGib: 2 },
	});
	await engine.start({ name });
	await until(async () => (await engine.inspect({ name })).ipv4 !== null);
}

/** A machine beyond this one, with a public and a private address, that answers with whom it sees. */
async function makeOutside(): Promise<void> {
	const { namespace, link } = outside;
	const commands = [
		`netns add ${namespace}`,
		`link add ${link} type veth peer name eth0 netns ${namespace}`,
		`addr add ${outside.host}/24 dev ${link}`,
		`link set ${link} up`,
		`route add ${outside.private}/32 dev ${link}`,
		`-n ${namespace} addr add ${outside.public}/24 dev eth0`,
		`-n ${namespace} addr add ${outside.private}/32 dev eth0`,
		`-n ${namespace} link set eth0 up`,
		`-n ${namespace} route add default via ${outside.host}`,
		`link add ${dummy.link} type bridge`,
		`addr add ${dummy.v4}/32 dev ${dummy.link}`,
		`addr add ${dummy.private}/32 dev ${dummy.link}`,
		`addr add ${dummy.v6}/128 dev ${dummy.link} nodad`,
		`link set ${dummy.link} up`,
	];
	for (const command of commands) await runCommand({ command: ["ip", ...command.split(" ")] });
	const serve = `require("node:net").createServer((s) => s.on("error", () => s.destroy()).end(s.remoteAddress + "\\n")).listen(${port}, "0.0.0.0", () => console.log("up"))`;
	outsider = spawn("ip", ["netns", "exec", namespace, process.execPath, "-e", serve], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	await new Promise((resolve) => outsider.stdout?.once("data", resolve));
}

async function removeLinks(): Promise<void> {
	const { stdout } = await runCommand({ command: ["ip", "netns", "list"] });
	if (stdout.includes(outside.namespace)) await runCommand({ command: ["ip", "netns", "delete", outside.namespace] });
	for (const link of [outside.link, dummy.link]) {
		await runCommand({ command: ["ip", "link", "delete", link], allowedCodes: [1] });
	}
}

/** Whether this host itself gets an answer there: the counter-check of "a box does not". */
async function connects(address: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port, timeout: 2000 });
		const end = (isOpen: boolean) => {
			socket.destroy();
			resolve(isOpen);
		};
		socket
			.once("connect", () => end(true))
			.once("error", () => end(false))
			.once("timeout", () => end(false));
	});
}

async function gatewayOf(box: string): Promise<string> {
	return inBox(box, "ip -4 route show default | awk '{print $3}'");
}

/** What a shell in the box prints, without the last line break. */
async function inBox(name: string, script: string): Promise<string> {
	return execute(name, ["bash", "-c", script], { HOME: "/root" });
}

async function asUser(name: string, script: string): Promise<string> {
	return execute(name, ["sudo", "-H", "-u", "devbox", "bash", "-c", script], {});
}

async function execute(name: string, command: string[], env: Record<string, string>): Promise<string> {
	const stream = await engine.exec({ name, command, env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env } });
	stream.stdio.end();
	const [output, errors] = await Promise.all([text(stream.stdio), text(stream.stderr)]);
	await stream.exit;
	return (output || errors).trimEnd();
}

async function until(condition: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
	const endsAt = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > endsAt) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
		await delay(100);
	}
}

/** Everything on this machine that carries the test's install id. */
async function leftovers(): Promise<string[]> {
	const root = openRootApi(host.root.endpoint.slice("unix://".length));
	const kinds = ["projects", "networks", "network-acls", "storage-pools", "certificates"];
	const lists = await Promise.all(
		kinds.map((kind) =>
			readEngine(root.global, { path: `/1.0/${kind}?recursion=1`, schema: z.array(z.object({ name: z.string() })) }),
		),
	);
	root.close();
	const things = lists.flatMap((list) => list.map((thing) => thing.name));
	const { stdout: rules } = await runCommand({ command: ["iptables-save"] });
	const { stdout: tables } = await runCommand({ command: ["nft", "list", "tables"] });
	return [...things, ...rules.split("\n"), ...tables.split("\n")].filter((thing) => thing.includes(installId));
}
