import { expect, test } from "vitest";
import { connectionBounds, openConnectionLimits } from "./connection-limits.ts";

function fill(limits: ReturnType<typeof openConnectionLimits>, address: string, count: number) {
	return Array.from({ length: count }, () => limits.admit(address));
}

test("one address has so many strangers at a time; who has logged in is none", () => {
	const limits = openConnectionLimits({ now: () => 0 });
	const admitted = fill(limits, "10.0.0.1", connectionBounds.unauthenticatedPerAddress);
	expect(admitted).not.toContain(null);
	expect(limits.admit("10.0.0.1")).toBeNull();
	expect(limits.admit("::ffff:10.0.0.1")).toBeNull();
	expect(limits.admit("10.0.0.2")).not.toBeNull();
	admitted[0]?.authenticated();
	expect(limits.admit("10.0.0.1")).not.toBeNull();
	admitted[1]?.ended();
	admitted[1]?.ended();
	expect(limits.admit("10.0.0.1")).not.toBeNull();
	expect(limits.admit("10.0.0.1")).toBeNull();
});

test("an IPv6 network is one address, and its neighbour another", () => {
	const limits = openConnectionLimits({ now: () => 0 });
	for (let host = 0; host < connectionBounds.unauthenticatedPerAddress; host++) limits.admit(`2001:db8:1:2::${host}`);
	expect(limits.admit("2001:db8:1:2:ffff:ffff:ffff:ffff")).toBeNull();
	expect(limits.admit("2001:db8:1:3::1")).not.toBeNull();
});

test("all strangers together have a bound", () => {
	const limits = openConnectionLimits({ now: () => 0 });
	for (let n = 0; n < connectionBounds.unauthenticatedMax; n++) expect(limits.admit(`10.0.${n}.1`)).not.toBeNull();
	expect(limits.admit("10.1.1.1")).toBeNull();
});

test("an address that never gets in has to wait, and time forgives", () => {
	let now = 0;
	const limits = openConnectionLimits({ now: () => now });
	for (let n = 0; n < connectionBounds.failuresMax; n++) limits.admit("10.0.0.1")?.ended();
	expect(limits.admit("10.0.0.1")).toBeNull();
	now += 60_000;
	expect(limits.admit("10.0.0.1")).not.toBeNull();
});
