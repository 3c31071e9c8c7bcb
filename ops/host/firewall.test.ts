import { expect, it } from "vitest";
import { firewallRules } from "./firewall.ts";

const rules = firewallRules("devbox_abc123", {
	network: { bridge: "dbxabc123", address: "10.83.7.1" },
	fence: { bridge: "dbfabc123", address: "10.83.8.1" },
});
const chain = (name: string) =>
	new RegExp(`chain ${name} \\{([^}]*(?:\\{[^}]*\\}[^}]*)*)\\n\\t\\}`).exec(rules)?.[1] ?? "";

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
	expect(chain("local").trimEnd().split("\n").at(-1)).toContain(
		"fib daddr type { local, broadcast, anycast, multicast } drop",
	);
});

it("lets nothing out that does not come from an address of the boxes: a filter without its rules would pass it on", () => {
	expect(rules).toContain("elements = { 10.83.7.0/24 }");
	const lines = chain("forward")
		.split("\n")
		.map((line) => line.trim());
	expect(lines.indexOf("ip saddr != @boxes drop")).toBeGreaterThan(lines.indexOf('iifname != "dbxabc123" accept'));
});
