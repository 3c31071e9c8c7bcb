import { expect, it } from "vitest";
import { firewallRules, portRules } from "./firewall.ts";

const host = {
	network: { bridge: "dbxabc123", address: "10.83.7.1" },
	fence: { bridge: "dbfabc123", address: "10.83.8.1" },
};
const nothing = { ranges: [], resolvers: [] };
const rules = firewallRules("devbox_abc123", { ...host, filter: nothing });
const chain = (name: string, of = rules) =>
	new RegExp(`chain ${name} \\{([^}]*(?:\\{[^}]*\\}[^}]*)*)\\n\\t\\}`).exec(of)?.[1] ?? "";
const linesOf = (text: string) => text.split("\n").map((line) => line.trim());

it("replaces the table whole, so that a start after an upgrade leaves no old rule", () => {
	expect(rules.indexOf("delete table inet devbox_abc123")).toBeLessThan(rules.indexOf("chain local"));
});

it("judges what is sent to the host before its port forwardings can turn a local address into another", () => {
	expect(chain("local")).toContain("hook prerouting priority mangle + 10");
});

it("lets nothing but name service and DHCP at the bridge's address pass to the host", () => {
	const accepts = chain("local")
		.split("\n")
		.filter((line) => line.trim().endsWith(" accept") && line.includes("dport"));
	expect(accepts).toHaveLength(3);
	for (const line of accepts) expect(line).toContain("10.83.7.1");
	const last = chain("local").trimEnd().split("\n").slice(-2);
	expect(last.map((line) => line.trim())).toEqual([
		"fib daddr type local reject with icmpx admin-prohibited",
		"fib daddr type { broadcast, anycast, multicast } drop",
	]);
});

it("lets nothing out that does not come from an address of the boxes: a filter without its rules would pass it on", () => {
	expect(rules).toContain("elements = { 10.83.7.0/24 }");
	const lines = chain("forward")
		.split("\n")
		.map((line) => line.trim());
	expect(lines.indexOf("ip saddr != @boxes drop")).toBeGreaterThan(lines.indexOf('iifname != "dbxabc123" accept'));
});

it("lets the filter's address alone through to what the operator opened, before private ranges are refused", () => {
	const filter = { ranges: ["10.20.0.0/16", "192.168.7.5"], resolvers: ["10.30.0.53"] };
	const lines = linesOf(chain("forward", firewallRules("devbox_abc123", { ...host, filter })));
	const refused = lines.indexOf("ip daddr @denied4 reject with icmpx admin-prohibited");
	const opened = lines.filter((line) => line.startsWith("ip saddr 10.83.7.254"));
	expect(opened).toEqual([
		"ip saddr 10.83.7.254 ip daddr { 10.20.0.0/16, 192.168.7.5 } meta l4proto tcp accept",
		"ip saddr 10.83.7.254 ip daddr { 10.30.0.53 } meta l4proto { tcp, udp } th dport 53 accept",
	]);
	for (const line of opened) expect(lines.indexOf(line)).toBeLessThan(refused);
	expect(lines.indexOf('iifname "dbxabc123" oifname "dbxabc123" drop')).toBeLessThan(lines.indexOf(opened[0] ?? ""));
	expect(linesOf(chain("forward")).some((line) => line.includes("10.83.7.254"))).toBe(false);
});

it("takes the filter's address from no port of the bridge but its own, where that address opens anything", () => {
	const filterPort = "dbpabc123";
	const ports = linesOf(
		portRules("devbox_abc123", { ...host, filterPort, filter: { ...nothing, ranges: ["10.20.0.5"] } }),
	);
	expect(ports.indexOf('iifname "dbpabc123" accept')).toBeLessThan(ports.indexOf("ip saddr 10.83.7.254 drop"));
	expect(ports).toContain("arp saddr ip 10.83.7.254 drop");
	expect(portRules("devbox_abc123", { ...host, filterPort, filter: nothing })).toBe("");
});
