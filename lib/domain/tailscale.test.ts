import { describe, expect, it } from "vitest";
import {
	clientIdProblem,
	hostnameOf,
	hostnameProblem,
	joinPolicyProblem,
	loginServerProblem,
	tagProblem,
} from "./tailscale.ts";

describe("what an admin enters for Tailscale", () => {
	it.each([
		[clientIdProblem, ["kAbC123CNTRL", "T1/kAbC123CNTRL-fed"], ["", "x", "a b", "id?ephemeral=false", "a&b", "-x"]],
		[tagProblem, ["tag:devbox", "tag:a1-b"], ["", "tag:", "devbox", "tag:1a", "tag:a,tag:b", "tag:a b"]],
		[hostnameProblem, ["{name}", "devbox-{name}", "one"], ["", "-{name}", "{name}-", "A", "a.b", "{id}", "a b"]],
		[
			loginServerProblem,
			["https://headscale.example.com", "https://h.example:8443/", "http://127.0.0.1:80"],
			["", "headscale", "http://headscale.example.com", "https://a/b", "https://u@a", "ftp://a", "https://a b"],
		],
	] as const)("is taken or refused with what is meant", (problemOf, good, bad) => {
		for (const text of good) expect([text, problemOf(text)]).toEqual([text, null]);
		for (const text of bad) expect([text, problemOf(text)]).toEqual([text, expect.any(String)]);
	});

	it("names a node within 63 characters", () => {
		expect(hostnameOf("devbox-{name}", "otter")).toBe("devbox-otter");
		expect(hostnameOf("{name}-box", `${"a".repeat(62)}-`)).toHaveLength(62);
	});
});

describe("a network policy", () => {
	const policy = (mode: "open" | "enforce" | "observe" | "none", ...domains: string[]) => ({ mode, domains });

	it("lets a box join that reaches Tailscale, and no other", () => {
		for (const fine of [policy("open"), policy("observe"), policy("enforce", "*.tailscale.com")])
			expect(joinPolicyProblem(fine, null)).toBeNull();
		expect(joinPolicyProblem(policy("none"), null)).toContain("none");
		expect(joinPolicyProblem(policy("enforce", "github.com"), null)).toContain("*.tailscale.com");
		expect(joinPolicyProblem(policy("enforce", "controlplane.tailscale.com"), null)).toContain("*.tailscale.com");
	});

	it("is asked for the login server of the box", () => {
		const own = "https://headscale.example.com";
		expect(joinPolicyProblem(policy("enforce", "headscale.example.com"), own)).toBeNull();
		expect(joinPolicyProblem(policy("enforce", "*.tailscale.com"), own)).toContain("headscale.example.com");
	});
});
