import { describe, expect, test } from "vitest";
import {
	allowedActions,
	canTransition,
	desiredStates,
	devboxStates,
	devboxTransitions,
	isTerminal,
	powerStates,
} from "./devbox-state.ts";

describe("the life of a devbox", () => {
	test("a destroyed box never comes back", () => {
		for (const to of devboxStates) expect(canTransition("destroyed", to)).toBe(false);
	});

	test("every state but destroyed can be destroyed", () => {
		for (const from of devboxStates) expect(canTransition(from, "destroyed")).toBe(from !== "destroyed");
	});

	test("no state leads to itself, and every state is reached from requested", () => {
		const reached = new Set<string>(["requested"]);
		for (let grew = true; grew; ) {
			const before = reached.size;
			for (const from of devboxStates) if (reached.has(from)) for (const to of devboxTransitions[from]) reached.add(to);
			grew = reached.size > before;
		}
		expect([...reached].sort()).toEqual([...devboxStates].sort());
		for (const state of devboxStates) expect(canTransition(state, state)).toBe(false);
	});

	test("terminal states are those from which nothing but destruction follows", () => {
		for (const state of devboxStates)
			expect(isTerminal(state)).toBe(devboxTransitions[state].every((to) => to === "destroyed"));
	});
});

describe("what a user may click", () => {
	test("nothing on a box that is destroyed or on its way there", () => {
		for (const power of powerStates) {
			expect(allowedActions({ state: "destroyed", power, desiredState: "destroyed" })).toEqual([]);
			expect(allowedActions({ state: "ready", power, desiredState: "destroyed" })).toEqual([]);
		}
	});

	test("never stop and start at once, and a terminal only where something runs", () => {
		for (const state of devboxStates)
			for (const power of powerStates)
				for (const desiredState of desiredStates) {
					const actions = allowedActions({ state, power, desiredState });
					expect(actions.includes("stop") && actions.includes("start")).toBe(false);
					if (power === "off") expect(actions).not.toContain("open_terminal");
				}
	});

	test("a box that is being stopped cannot be stopped again", () => {
		expect(allowedActions({ state: "ready", power: "running", desiredState: "stopped" })).not.toContain("stop");
	});

	test("a failed box that still runs can be looked into", () => {
		expect(allowedActions({ state: "failed", power: "running", desiredState: "running" })).toContain("open_terminal");
	});
});
