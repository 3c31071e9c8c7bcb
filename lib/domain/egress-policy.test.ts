import { describe, expect, it } from "vitest";
import {
	appliedPolicy,
	isWidening,
	matchingEntry,
	type NetworkMode,
	parseAppliedPolicy,
	parseDomain,
	parseDomains,
	policyInForce,
} from "./egress-policy.ts";

const domainOf = (text: string) => {
	const parsed = parseDomain(text);
	return "domain" in parsed ? parsed.domain : null;
};

describe("an entry of a policy", () => {
	it("is a host name in lower case without the dot that ends it", () => {
		expect(domainOf("GitHub.com.")).toBe("github.com");
		expect(domainOf("*.Npmjs.org")).toBe("*.npmjs.org");
		expect(domainOf("xn--bcher-kva.example")).toBe("xn--bcher-kva.example");
	});

	it.each([
		"*",
		"*.",
		"*.com",
		"*.co.uk",
		"a.*.com",
		"*a.example.com",
		"localhost",
		"app.localhost",
		"*.a.localhost",
		"com",
		"10.0.0.1",
		"198.51.100.7",
		"0x7f.1",
		"0x7f.0x1",
		"1.2.3.4.",
		"[::1]",
		"2001:db8::1",
		"https://example.com",
		"example.com/path",
		"example.com:443",
		"exam ple.com",
		" example.com",
		"example.com\n",
		"example\0.com",
		"еxample.com",
		"bücher.example",
		"-a.example.com",
		"a-.example.com",
		"a_b.example.com",
		"example..com",
		".example.com",
		"example.com..",
		`${"a".repeat(64)}.example.com`,
		`${"a.".repeat(130)}example`,
		"",
	])("is refused in words when it is %j", (text) => {
		const parsed = parseDomain(text);
		expect(parsed).toHaveProperty("problem");
	});

	it("is told by its place in the list", () => {
		expect(parseDomains(["b.example", "*", "a.example", "B.example."])).toEqual({
			domains: ["a.example", "b.example"],
			problems: [{ index: 1, message: expect.stringContaining("everything") }],
		});
	});
});

describe("a name that a box asks for", () => {
	const domains = ["allowed.example", "*.wild.example"];

	it("is let through by the entry that is it, or that it lies below", () => {
		expect(matchingEntry(domains, "Allowed.example.")).toBe("allowed.example");
		expect(matchingEntry(domains, "a.b.wild.example")).toBe("*.wild.example");
	});

	it.each(["evilallowed.example", "evilwild.example", "wild.example", "sub.allowed.example", "allowed.example.evil"])(
		"%s is not",
		(name) => expect(matchingEntry(domains, name)).toBeNull(),
	);
});

const policy = (mode: NetworkMode, ...domains: string[]) => ({ mode, domains, services: [] as string[] });
const services = ["10.20.0.5:443"];

it("a change of policy keeps open connections only when nothing is lost by it", () => {
	expect(isWidening(policy("enforce", "a.example"), policy("enforce", "a.example", "b.example"))).toBe(true);
	expect(isWidening(policy("enforce", "a.example", "b.example"), policy("enforce", "a.example"))).toBe(false);
	expect(isWidening(policy("observe"), policy("enforce", "a.example"))).toBe(false);
	expect(isWidening(policy("enforce", "a.example"), policy("none"))).toBe(false);
	expect(isWidening(policy("none"), policy("enforce", "a.example"))).toBe(true);
});

it("an internal service that is taken away is a loss, whatever else is won", () => {
	const before = policy("enforce", "a.example");
	expect(isWidening({ ...before, services }, policy("observe"))).toBe(false);
	expect(isWidening({ ...before, services }, before)).toBe(false);
	expect(isWidening(before, { ...before, services })).toBe(true);
});

it("internal services are of a policy that goes through the filter by some name, and of no other", () => {
	const inForce = (mode: NetworkMode, domains: string[], approved: string[] = []) =>
		policyInForce({ mode, domains }, { approved, services, setup: null }).services;
	expect(inForce("enforce", ["a.example"])).toEqual(services);
	expect(inForce("observe", [])).toEqual(services);
	expect(inForce("none", [], ["a.example"])).toEqual(services);
	for (const mode of ["open", "none", "enforce"] as const) expect(inForce(mode, [])).toEqual([]);
});

it("what was applied reads as it was written, also by a version that knew no internal services", () => {
	const some = { ...policy("enforce", "a.example"), services };
	expect(parseAppliedPolicy(appliedPolicy(some))).toEqual(some);
	expect(parseAppliedPolicy('["enforce",["a.example"]]')).toEqual(policy("enforce", "a.example"));
});
