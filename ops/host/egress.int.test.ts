/**
 * What an egress filter lets through and what it does not, on this machine's real engine, with an Internet of the test's own. Needs root.
 * What must fail for one box is tried where nothing is in its way as well: by a box that is observed, or on the host itself.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FilterPolicy } from "../../lib/domain/filter-state.ts";
import { filterInstance } from "../../lib/egress/filter-control.ts";
import { openTestFence, type TestFence, until } from "./test-fence.ts";
import { setUpTimeoutMs } from "./test-fenced-host.ts";
import { closedAddresses, internetAddresses, openTestInternet, type TestInternet } from "./test-internet.ts";

const at = internetAddresses(0);
const { allowed: allowedAddress, other: otherAddress, dns: dnsAddress, own: ownAddress } = at;
vi.setConfig({ testTimeout: 60_000 });

const listed: FilterPolicy = {
	id: "plisted",
	mode: "enforce",
	domains: ["*.wild.example", "allowed.example", "private.example", "unknown.example"],
	services: [],
};
const other: FilterPolicy = { id: "pother", mode: "enforce", domains: ["second.example"], services: [] };
const observed: FilterPolicy = { id: "pobserved", mode: "observe", domains: ["allowed.example"], services: [] };
const none: FilterPolicy = { id: "pnone", mode: "enforce", domains: [], services: [] };
const boxes = {
	listed: { place: 10, policy: listed },
	other: { place: 11, policy: other },
	observed: { place: 12, policy: observed },
	none: { place: 13, policy: none },
};
type Box = keyof typeof boxes;

const hostPort = 8099;
const names = {
	"allowed.example": allowedAddress,
	"second.example": allowedAddress,
	"evil.example": otherAddress,
	"evilallowed.example": otherAddress,
	"private.example": "10.60.60.60",
};

let internet: TestInternet;
let fence: TestFence<Box>;
/** Of the host, at addresses that no box may reach. */
const hostServers: Server[] = [];
const inBox = (box: Box, script: string) => fence.inBox(box, script);
const fetched = (box: Box, url: string) => fence.fetched(box, url);
const addressOf = (box: Box) => fence.inFenceOf(boxes[box].place);

beforeAll(async () => {
	internet = await openTestInternet({ link: "dbxtegr", at, names });
	fence = await openTestFence({ installId: "tstegr", boxes, resolver: dnsAddress });
	const places = [ownAddress, ...closedAddresses].map((address) => [address, 80] as const);
	for (const [address, port] of [...places, [fence.address, hostPort] as const]) {
		const server = createServer((_request, response) => void response.end(`the host reached ${address}`));
		hostServers.push(server.listen(port, address));
		await once(server, "listening");
	}
}, setUpTimeoutMs);

afterAll(async () => {
	for (const server of hostServers) server.close();
	await internet?.close();
	await fence?.close();
}, setUpTimeoutMs);

describe("a box with a list", () => {
	it("reaches the listed names, by web page, TLS and any other port, and the names below a wildcard", async () => {
		expect(await fetched("listed", "http://allowed.example/")).toBe(`allowed.example reached ${allowedAddress}`);
		expect(await fetched("listed", "https://allowed.example/")).toBe(`allowed.example reached ${allowedAddress}`);
		expect(await fetched("listed", "https://A.b.wild.example./")).toContain(allowedAddress);
		expect(await fetched("listed", "http://allowed.example:2222/")).toContain(allowedAddress);
	});

	const forbidden: [what: string, url: string, from: "observed" | "host"][] = [
		["a name that is not listed", "http://evil.example/", "observed"],
		["the name of a wildcard itself", "https://wild.example/", "observed"],
		["a name that ends like a listed one", "http://evilallowed.example/", "observed"],
		["a name that ends like a wildcard", "http://evilwild.example/", "observed"],
		["an address", `https://${otherAddress}/`, "observed"],
		["the address of a listed name", `https://${allowedAddress}/`, "observed"],
		["an address on another port", `http://${allowedAddress}:2222/`, "observed"],
		["a listed name that leads to a private address", `http://${closedAddresses[1]}/`, "host"],
		["an address of the host", `http://${ownAddress}/`, "host"],
		["the cloud's metadata", `http://${closedAddresses[0]}/`, "host"],
	];
	it.each(forbidden)("does not reach %s, and hears so instead of waiting", async (_what, url, from) => {
		const answers = from === "host" ? await (await fetch(url)).text() : await fetched("observed", url);
		expect(answers).toContain("reached");
		const asked = url.replace(closedAddresses[1], "private.example");
		for (const said of [await fetched("listed", asked), from === "host" ? await fetched("observed", asked) : ""]) {
			expect(said).not.toContain("reached");
			expect(said).not.toContain("timed out");
		}
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
		const echo = (box: Box) => inBox(box, `ping -c1 -W2 ${otherAddress} >/dev/null; echo $?`);
		expect(await echo("observed")).toBe("0");
		expect(await echo("listed")).not.toBe("0");
		const send = (box: Box) => {
			const to = [`("${otherAddress}", 443)`, `("${otherAddress}", 7777)`].join(", ");
			// A question as it is on the wire: for the A of <box>.tunnel.example.
			const question = `b"\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + b"".join(bytes([len(p)]) + p for p in b"${box}.tunnel.example".split(b".")) + b"\\0\\0\\1\\0\\1"`;
			const lines = [
				"import socket",
				"s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
				`for to in (${to}): s.sendto(b"${box}.datagram", to)`,
				`s.sendto(${question}, ("${dnsAddress}", 53))`,
			];
			return inBox(box, `python3 - <<'END'\n${lines.join("\n")}\nEND\ngetent hosts lookup-${box}.tunnel.example`);
		};
		const heard = (box: Box) =>
			Promise.all([
				...[443, 7777].map(async (port) =>
					(await internet.heard(`${box}.datagram`)).filter((line) => line.endsWith(` ${port}`)),
				),
				...[" ", " lookup-"].map((before) => internet.heard(`]${before}${box}.tunnel.example`)),
			]);
		await send("listed");
		await send("observed");
		await until(async () => (await heard("observed")).every((lines) => lines.length > 0));
		expect(await heard("listed")).toEqual([[], [], [], []]);
	});

	it.each([
		["listed", false],
		["none", false],
		["observed", true],
	] as const)("gets no question of another class out either (%s: %s)", async (box, isOpen) => {
		const ask = `
import socket, struct
def ask(kind, of):
	name = b"".join(bytes([len(part)]) + part for part in (b"leak-${box}-%d-%d.tunnel.example" % (kind, of)).split(b".")) + b"\\0"
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.settimeout(5)
	s.sendto(struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + name + struct.pack(">HH", kind, of), ("${fence.inFenceOf(2)}", 53))
	return s.recv(512)[3] & 15
print(sorted({ask(kind, of) for kind in (1, 16, 255) for of in (255, 254, 4, 3)}))`;
		const codes = await inBox(box, `python3 - <<'END'\n${ask}\nEND`);
		if (!isOpen) expect(codes).toBe("[5]");
		expect((await internet.heard(`leak-${box}`)).length > 0).toBe(isOpen);
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
			iptables -F 2>/dev/null; echo 'nameserver ${dnsAddress}' > /etc/resolv.conf; echo '${otherAddress} allowed.example' >> /etc/hosts
			curl -s -m3 http://evil.example/; curl -s -m3 http://allowed.example/
			ip addr add ${addressOf("observed")}/24 dev eth0; curl -s -m3 --interface ${addressOf("observed")} http://${otherAddress}/
			ip addr del ${addressOf("observed")}/24 dev eth0; ip route replace default via ${fence.address}; curl -s -m3 http://${otherAddress}/
			ip -6 addr add fd77::2/64 dev eth0 nodad; ip -6 route add default dev eth0`;
		const [inner = ""] = tries.split("iptables -F");
		expect(await inBox("observed", inner)).toContain(`reached ${otherAddress}`);
		const output = await inBox("listed", tries);
		expect(output).not.toContain(`reached ${otherAddress}`);
		expect(output).toContain(`reached ${allowedAddress}`);
		await inBox(
			"listed",
			`ip route replace default via ${fence.inFenceOf(2)}; sed -i '/allowed/d' /etc/hosts; echo nameserver ${fence.inFenceOf(2)} > /etc/resolv.conf`,
		);
	});

	it("reaches neither another box nor its host", async () => {
		await inBox("other", "systemd-run -q --collect python3 -m http.server 8099");
		const there = `http://${addressOf("other")}:8099/`;
		await until(async () => (await inBox("other", `curl -s -m3 ${there}`)).includes("Directory listing"));
		expect(await (await fetch(`http://${fence.address}:${hostPort}/`)).text()).toContain("reached");
		const open = `for t in ${addressOf("other")}/8099 ${[hostPort, 22, 53, 8443].map((port) => `${fence.address}/${port}`).join(" ")}; do timeout 2 bash -c "exec 3<>/dev/tcp/$t" 2>/dev/null && echo open $t; done; true`;
		expect(await inBox("listed", open)).not.toContain(`open ${fence.address}`);
		expect(await fetched("listed", there)).not.toContain("Directory listing");
		expect(await fetched("listed", `http://${fence.address}:${hostPort}/`)).not.toContain("reached");
	});
});

it("two boxes have their own lists at the same time", async () => {
	const both = ["allowed.example", "second.example"];
	const ask = (box: Box) => Promise.all(both.map((name) => fetched(box, `https://${name}/`)));
	const said = await Promise.all([ask("listed"), ask("other"), ask("listed"), ask("other")]);
	const reached = said.map((pages) => both.filter((_, n) => pages[n]?.includes(`reached ${allowedAddress}`)));
	expect(reached).toEqual([["allowed.example"], ["second.example"], ["allowed.example"], ["second.example"]]);
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
	await fence.enforce({ instead: { other: none } });
	expect(Number(await cut)).toBeLessThan(5_000);
	expect(Number(await kept)).toBe(5_000);
	expect(await fetched("other", "http://second.example/")).not.toContain("reached");
	await fence.enforce();
	expect(await fetched("other", "http://second.example/")).toContain(allowedAddress);
});

it("an older state than the one in force is refused", async () => {
	expect(await fence.enforceOld()).toEqual({ kind: "stale" });
});

it("with the filter dead nothing leaks; started again it enforces what it knew, before it is told", async () => {
	await fence.engine.stop({ name: filterInstance, graceMs: 0 });
	for (const url of ["http://allowed.example/", `http://${otherAddress}/`])
		expect(await fetched("listed", url)).not.toContain("reached");
	expect(await fetched("observed", `http://${otherAddress}/`)).not.toContain("reached");
	await fence.startFilter();
	await until(async () => (await fetched("listed", "http://allowed.example/")).includes(allowedAddress));
	expect(await fetched("listed", "http://evil.example/")).not.toContain("reached");
	expect(await fetched("none", `http://${otherAddress}/`)).not.toContain("reached");
});

it("a box moves between the open network and the fence while it runs", async () => {
	await fence.engine.setNetwork({ name: "dbx-none", network: { kind: "open" } });
	await until(async () => (await fetched("none", `http://${otherAddress}/`)).includes(otherAddress));
	await fence.engine.setNetwork({ name: "dbx-none", network: { kind: "fenced", place: boxes.none.place } });
	await until(async () => (await inBox("none", "ip -4 -o addr show eth0")).includes(addressOf("none")));
	expect(await fetched("none", `http://${otherAddress}/`)).not.toContain("reached");
});

it("names under a wildcard, and a name beside its own wildcard, are each reached by themselves, on every port", async () => {
	const overlapping: FilterPolicy = {
		id: "poverlap",
		mode: "enforce",
		domains: ["*.deep.wild.example", "*.wild.example", "allowed.example", "one.wild.example", "wild.example"],
		services: [],
	};
	expect(await fence.enforce({ instead: { listed: overlapping } })).toMatchObject({ kind: "applied", problem: null });
	for (const name of ["one.wild.example", "wild.example"])
		expect(await fetched("listed", `http://${name}:2222/`)).toContain(allowedAddress);
	for (const name of ["other.wild.example", "one.deep.wild.example"])
		expect(await fetched("listed", `https://${name}/`)).toContain(allowedAddress);
	expect(await fetched("listed", "http://one.deep.wild.example:2222/")).not.toContain("reached");
	await fence.enforce();
});

it("a list that the resolver cannot read is refused before anything is changed, and the others keep their names", async () => {
	const broken: FilterPolicy = { id: "pbroken", mode: "enforce", domains: ['bad" name.example'], services: [] };
	await expect(fence.enforce({ instead: { other: broken } })).rejects.toThrow(/resolver does not take it/);
	expect(await fetched("other", "http://second.example/")).toContain(allowedAddress);
	expect(await fetched("listed", "http://allowed.example/")).toContain(allowedAddress);
	expect(await fence.enforce()).toMatchObject({ kind: "applied", problem: null });
});

it("what boxes use is no change of the rules, and a change of one's policy forgets nothing of what others hold open", async () => {
	await fence.inFilter("rm -f /run/devbox-egress/mended");
	const held = inBox("listed", "curl -s -m60 http://allowed.example/slow | wc -c");
	const counted = "nft list set inet egress held | grep -c 'ct count'";
	await until(async () => Number(await fence.inFilter(counted)) > 0);
	expect(await fence.enforce({ instead: { other: none } })).toEqual({ kind: "applied", problem: null, mended: [] });
	expect(await fence.enforce()).toEqual({ kind: "applied", problem: null, mended: [] });
	expect(Number(await fence.inFilter(counted))).toBeGreaterThan(0);
	expect(Number(await held)).toBe(5_000);
});

it("a change that takes nothing away leaves connections, said to be so of exactly that change", async () => {
	const wider: FilterPolicy = { ...listed, id: "pwider", domains: [...listed.domains, "second.example"] };
	const kept = inBox("listed", "curl -s -m60 http://allowed.example/slow | wc -c");
	await until(async () => (await inBox("listed", "ss -Htn state established dst :80 | wc -l")) !== "0");
	await fence.enforce({ instead: { listed: wider }, harmless: [["plisted", "pwider"]] });
	expect(Number(await kept)).toBe(5_000);
	// Whoever believes that the list before was another one ends them.
	const cut = inBox("listed", "curl -s -m60 http://allowed.example/slow | wc -c");
	await until(async () => (await inBox("listed", "ss -Htn state established dst :80 | wc -l")) !== "0");
	await fence.enforce({ harmless: [["pother", "plisted"]] });
	expect(Number(await cut)).toBeLessThan(5_000);
});

it("a request that names two hosts is judged as one name, and what was judged is what is sent", async () => {
	const two = await inBox("listed", "curl -s -m5 -H 'Host: evil.example,allowed.example' http://allowed.example/");
	expect(two).toContain("Blocked by this devbox's network policy");
	expect(await inBox("listed", "curl -s -m5 -H 'Host: ALLOWED.example.:80' http://allowed.example/")).toBe(
		`allowed.example reached ${allowedAddress}`,
	);
});

it("a refused connection on any port is a decision, though nothing was said on it", async () => {
	await inBox("listed", `timeout 3 bash -c 'exec 3<>/dev/tcp/${otherAddress}/3306; cat <&3'`);
	await until(async () =>
		(await fence.inFilter("journalctl -q -o cat -t haproxy")).includes(`${addressOf("listed")} 3306 blocked`),
	);
});

it("a database that counts anew is heard; what is older than it is not", async () => {
	expect(await fence.enforceOld("2")).toMatchObject({ kind: "applied" });
	expect(await fence.enforceOld("2")).toMatchObject({ kind: "applied" });
	expect(await fence.enforce()).toMatchObject({ kind: "applied" });
	expect(await fence.enforceOld()).toEqual({ kind: "stale" });
});

it("a filter that was made from another image is made anew, and enforces again once it is told", async () => {
	await fence.inFilter("touch /root/mark");
	await fence.startFilter();
	expect(await fence.inFilter("ls /root/mark")).toBe("/root/mark");
	await fence.outdateFilter();
	await fence.startFilter({ mayRenew: false });
	expect(await fence.inFilter("ls /root/mark")).toBe("/root/mark");
	await fence.startFilter();
	expect(await fence.inFilter("ls /root/mark 2>/dev/null || echo gone")).toBe("gone");
	expect(await fetched("listed", "http://allowed.example/")).not.toContain("reached");
	await fence.enforce();
	expect(await fetched("listed", "http://allowed.example/")).toContain(allowedAddress);
	expect(await fetched("listed", "http://evil.example/")).not.toContain("reached");
});

it("a filter that is not there is made once, whoever asks for it at the same time", async () => {
	await fence.engine.destroy({ name: filterInstance });
	await Promise.all([true, false, true, false].map((mayRenew) => fence.startFilter({ mayRenew })));
	await fence.enforce();
	expect(await fetched("listed", "http://allowed.example/")).toContain(allowedAddress);
	await fence.engine.stop({ name: filterInstance, graceMs: 0 });
	await expect(fence.enforce()).rejects.toMatchObject({ code: "unavailable", isRetryable: true });
	await fence.startFilter();
	await fence.enforce();
});
