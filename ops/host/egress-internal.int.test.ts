/**
 * An internal service, at a private address in a namespace of the test's own: which boxes reach it, with both keys, with one, and as whom.
 * On this machine's real engine. Needs root.
 */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FilterPolicy } from "../../lib/domain/filter-state.ts";
import { filterInstance } from "../../lib/egress/filter-control.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { hostNames } from "./host-names.ts";
import { openTestFence, type TestFence, until } from "./test-fence.ts";
import { setUpTimeoutMs } from "./test-fenced-host.ts";
import { internetAddresses, openTestInternet, type TestInternet } from "./test-internet.ts";

const at = internetAddresses(120);
const installId = "tstint";
const { project, firewallTable } = hostNames(installId);
/** The service; a neighbour that the operator opened as well and no rule names; a private address that nobody opened. */
const [service, neighbour, closed] = ["10.61.61.61", "10.61.61.62", "10.60.60.60"] as const;
const ranges = "10.61.61.0/24";
/** Who knows its name: private as well, and in no range that is opened. */
const resolver = "10.61.63.53";
vi.setConfig({ testTimeout: 120_000 });

const names = {
	"allowed.example": at.allowed,
	"db.example": service,
	"unlisted.example": service,
	"neighbour.example": neighbour,
	"closed.example": closed,
};
const domains = ["*.wild.example", "allowed.example", "closed.example", "db.example", "neighbour.example"];
const services = [`${service}:443`, `${service}:80`];
const ruled: FilterPolicy = { id: "pruled", mode: "enforce", domains, services };
const unruled: FilterPolicy = { id: "punruled", mode: "enforce", domains, services: [] };
const observed: FilterPolicy = { id: "pobserved", mode: "observe", domains: [], services };
const boxes = {
	ruled: { place: 10, policy: ruled },
	other: { place: 11, policy: unruled },
	observed: { place: 12, policy: observed },
	open: { place: 13, policy: unruled },
};
type Box = keyof typeof boxes;

let internet: TestInternet;
let fence: TestFence<Box>;
const lxc = (command: string[]) => runCommand({ command: ["lxc", ...command] });
const fetched = (box: Box, url: string) => fence.fetched(box, url);
const reached = `reached ${service}`;

beforeAll(async () => {
	internet = await openTestInternet({ link: "dbxtint", at, names });
	for (const address of [service, neighbour, resolver]) await internet.addAddress(address);
	const listen = [`--listen-address=${resolver}`, "--bind-interfaces", "--user=root", "--pid-file="];
	internet.spawn(["dnsmasq", "-k", "-C", path.join(internet.dir, "dns.conf"), ...listen]);
	fence = await openTestFence({ installId, boxes, resolver });
	await fence.engine.setNetwork({ name: "dbx-open", network: { kind: "open" } });
	await until(async () => (await fetched("open", `http://${at.allowed}/`)).includes(at.allowed));
}, setUpTimeoutMs);

afterAll(async () => {
	await internet?.close();
	await fence?.close();
}, setUpTimeoutMs);

it("one key opens nothing: neither an admin's rule alone, nor the operator's range alone", async () => {
	expect(await fetched("ruled", "http://allowed.example/")).toContain(at.allowed);
	expect(await fetched("ruled", "http://db.example/")).not.toContain(reached);
	await fence.openRanges(ranges);
	await fence.startFilter();
	for (const scheme of ["http", "https"])
		expect(await fetched("other", `${scheme}://db.example/`)).not.toContain(reached);
	expect(await fetched("other", "http://db.example/")).toContain("denied_address");
});

describe("with both keys", () => {
	it("a listed name leads to the service, on the ports of its rule alone", async () => {
		expect(await fetched("ruled", "http://db.example/")).toBe(`db.example ${reached}`);
		expect(await fetched("ruled", "https://db.example/")).toBe(`db.example ${reached}`);
		expect(await fetched("ruled", "http://db.example:2222/")).not.toContain("reached");
		await fence.enforce({ instead: { ruled: { ...ruled, id: "pport", services: [`${service}:2222`] } } });
		expect(await fetched("ruled", "http://db.example:2222/")).toContain(reached);
		expect(await fetched("ruled", "https://db.example/")).not.toContain("reached");
		await fence.enforce();
	});

	it.each([
		["a name that is not listed", "http://unlisted.example/"],
		["its address", `http://${service}/`],
		["its address, by TLS", `https://${service}/`],
		["a listed name at a neighbour that no rule names", "http://neighbour.example/"],
		["a listed name at a private address that nobody opened", "http://closed.example/"],
	])("%s leads nowhere", async (_what, url) => {
		const said = await fetched("ruled", url);
		expect(said).not.toContain("reached");
		expect(said).not.toContain("timed out");
	});

	it("a box that is observed reaches it by any name and by its address, and its neighbour by none", async () => {
		for (const url of ["http://unlisted.example/", "https://db.example/", `http://${service}/`, `https://${service}/`])
			expect(await fetched("observed", url)).toContain(reached);
		for (const url of [
			`http://${service}:2222/`,
			`http://${neighbour}/`,
			"https://neighbour.example/",
			`http://${closed}/`,
		])
			expect(await fetched("observed", url)).not.toContain("reached");
		expect(await fence.inBox("observed", `ping -c1 -W2 ${service} >/dev/null; echo $?`)).not.toBe("0");
	});

	it("a box with another workspace's policy does not, though it has the same list and the same filter", async () => {
		expect(await fetched("other", "http://db.example/")).toContain("denied_address");
		expect(await fetched("other", "https://db.example/")).not.toContain("reached");
		expect(await fetched("other", "http://allowed.example/")).toContain(at.allowed);
	});

	it("a removed rule cuts what it let through, and leaves other boxes' connections alone", async () => {
		const stream = (box: Box) => fence.inBox(box, "curl -s -m60 http://db.example/slow | wc -c");
		const [cut, kept] = [stream("ruled"), stream("observed")];
		const count = "ss -Htn state established dst :80 | wc -l";
		await until(async () => (await fence.inBox("ruled", count)) !== "0");
		await fence.enforce({ instead: { ruled: unruled } });
		expect(Number(await cut)).toBeLessThan(5_000);
		expect(Number(await kept)).toBe(5_000);
		expect(await fetched("ruled", "http://db.example/")).toContain("denied_address");
		await fence.enforce();
		expect(await fetched("ruled", "http://db.example/")).toContain(reached);
	});

	it("a filter of an older version, without an address of its own, is made anew with it", async () => {
		await lxc(["config", "device", "remove", filterInstance, "eth0", "--project", project]);
		await until(async () => !(await fence.inFilter("ip -4 -o addr show eth0")).includes(".254/24"));
		await fence.outdateFilter();
		await fence.startFilter();
		await fence.enforce();
		await until(async () => (await fence.inFilter("ip -4 -o addr show eth0")).includes(".254/24"));
		await until(async () => (await fetched("ruled", "http://db.example/")).includes(reached));
	});

	it("the filter comes back with it after a start, and holds no more than it was told", async () => {
		await fence.engine.stop({ name: filterInstance, graceMs: 0 });
		await fence.startFilter();
		await until(async () => (await fetched("ruled", "http://db.example/")).includes(reached));
		expect(await fetched("other", "http://db.example/")).not.toContain("reached");
	});
});

describe("a box on the open network", () => {
	const filterIn = async () => {
		const { stdout } = await lxc(["query", `/1.0/instances/${filterInstance}/state?project=${project}`]);
		const { eth0 } = (JSON.parse(stdout) as { network: { eth0: { hwaddr: string; addresses: { address: string }[] } } })
			.network;
		return { mac: eth0.hwaddr, address: eth0.addresses[0]?.address ?? "" };
	};
	/** First packets that came to the service. */
	const knocks = async () => {
		const { stdout } = await inInternet(["nft", "list", "counter", "inet", "knocks", "first"]);
		return Number(/packets (\d+)/.exec(stdout)?.[1]);
	};
	const inInternet = (command: string[], input?: string) =>
		runCommand({ command: ["ip", "netns", "exec", "dbxtint-out", ...command], ...(input && { input }) });

	beforeAll(async () => {
		const rules = `table inet knocks { counter first { }
			chain come { type filter hook input priority 0; ip daddr { ${service}, ${neighbour} } tcp flags & (syn|ack) == syn counter name first; }
		}`;
		await inInternet(["nft", "-f", "-"], rules);
		expect(await fetched("ruled", "http://db.example/")).toContain(reached);
		expect(await knocks()).toBeGreaterThan(0);
	});

	const knockAs = (address: string, mac: string) =>
		fence.inBox(
			"open",
			`own=$(cat /sys/class/net/eth0/address); gw=$(ip route | sed -n 's/^default via \\([^ ]*\\).*/\\1/p')
			${mac && `ip link set eth0 down; ip link set eth0 address ${mac}; ip link set eth0 up; ip route replace default via $gw dev eth0 onlink`}
			ip addr add ${address}/24 dev eth0; sleep 1
			for p in 80 443; do curl -sk -m3 --interface ${address} http://${service}:$p/; done
			ip addr del ${address}/24 dev eth0
			${mac && "ip link set eth0 down; ip link set eth0 address $own; ip link set eth0 up"}
			networkctl reconfigure eth0 2>/dev/null; true`,
		);
	const untilBack = () => until(async () => (await fetched("open", `http://${at.allowed}/`)).includes(at.allowed));

	it("does not reach it, also as root", async () => {
		const before = await knocks();
		for (const url of [`http://${service}/`, `https://${service}/`, `http://${service}:2222/`, `http://${neighbour}/`])
			expect(await fetched("open", url)).not.toContain("reached");
		expect(await knocks()).toBe(before);
	});

	it("does not with the filter's address, nor with its address and its MAC", async () => {
		const before = await knocks();
		const { address, mac } = await filterIn();
		expect(await knockAs(address, "")).not.toContain("reached");
		await untilBack();
		expect(await knockAs(address, mac)).not.toContain("reached");
		await untilBack();
		expect(await knocks()).toBe(before);
	});

	it("does not where the host's firewall is gone: the engine's list knows the filter by its address", async () => {
		const before = await knocks();
		expect((await filterIn()).address).toMatch(/\.254$/);
		await runCommand({ command: ["nft", "delete", "table", "inet", firewallTable] });
		expect(await fetched("open", `http://${service}/`)).not.toContain("reached");
		expect(await knocks()).toBe(before);
		expect(await fetched("ruled", "http://db.example/")).toContain(reached);
		await fence.openRanges(ranges);
	});

	it("does not where the engine's own filtering is off either: the host takes that address from the filter's port alone", async () => {
		const before = await knocks();
		const { address } = await filterIn();
		const off = ["mac", "ipv4", "ipv6"].map((what) => `security.${what}_filtering=false`);
		await lxc(["config", "device", "override", "dbx-open", "eth0", ...off, "--project", project]);
		await untilBack();
		expect(await knockAs(address, "")).not.toContain("reached");
		expect(await knocks()).toBe(before);
		// The control: without that table the packets do come through.
		const { stdout: table } = await runCommand({ command: ["nft", "list", "table", "bridge", firewallTable] });
		await runCommand({ command: ["nft", "delete", "table", "bridge", firewallTable] });
		await untilBack();
		await knockAs(address, "");
		await runCommand({ command: ["nft", "-f", "-"], input: table });
		expect(await knocks()).toBeGreaterThan(before);
	});
});

it("what the operator takes back is closed, whatever the filter was told", async () => {
	await fence.openRanges("10.62.0.0/16");
	await until(async () => !(await fetched("ruled", "http://db.example/")).includes("reached"));
	expect(await fetched("ruled", "http://allowed.example/")).toContain(at.allowed);
});
