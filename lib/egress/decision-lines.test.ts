import { expect, it } from "vitest";
import { asObserved, parseDecision } from "./decision-lines.ts";

it("a line of the proxy is a decision about a box", () => {
	expect(parseDecision("decision tls 10.1.2.10 443 blocked not_listed evil.example - 198.18.0.5")).toEqual({
		address: "10.1.2.10",
		protocol: "tls",
		name: "evil.example",
		port: 443,
		verdict: "blocked",
		why: "not_listed",
		rule: "",
	});
	expect(parseDecision("decision http 10.1.2.10 80 allowed - a.example *.example 198.18.0.5")).toMatchObject({
		why: "",
		rule: "*.example",
	});
});

it("what names nothing is told by the address that was asked for", () => {
	expect(parseDecision("decision tcp 10.1.2.10 22 blocked no_name - - 198.51.100.7")).toMatchObject({
		name: "198.51.100.7",
	});
});

it("a name that does not exist for a box is a decision, once for its two questions", () => {
	expect(parseDecision("[77:0] info: 10.1.2.10 Evil.example. A IN NXDOMAIN 0.000000 1 41")).toMatchObject({
		protocol: "dns",
		name: "evil.example",
		verdict: "blocked",
	});
	expect(parseDecision("[77:0] info: 10.1.2.10 evil.example. AAAA IN NXDOMAIN 0.000000 1 41")).toBeNull();
	expect(parseDecision("[77:0] info: 10.1.2.10 a.example. A IN NOERROR 0.000000 1 41")).toBeNull();
});

it("a name without an answer is blocked by nobody where a box is observed", () => {
	const asked = parseDecision("[77:0] info: 10.1.2.10 gone.example. A IN NXDOMAIN 0.000000 1 41");
	expect(asked && asObserved(asked)).toMatchObject({ name: "gone.example", verdict: "observed", why: "unresolved" });
	const denied = parseDecision("decision tls 10.1.2.10 443 blocked denied_address a.example - 10.0.0.1");
	expect(denied && asObserved(denied)).toEqual(denied);
});

it("a line that a box could have made up is none", () => {
	for (const line of [
		"",
		"decision tls x",
		"decision tls 10.1.2.10 443 blocked not_listed a\u001bb - -",
		"info: nothing",
	])
		expect(parseDecision(line)).toBeNull();
});
