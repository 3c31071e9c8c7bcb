import pino from "pino";
import { afterEach, expect, test } from "vitest";
import type { ExecRecord } from "../../lib/domain/exec.ts";
import { type ForgottenExecs, openForgottenExecs } from "./forgotten-execs.ts";

let opened: ForgottenExecs | null = null;
afterEach(() => opened?.close());

test("what this process does not hold is settled once it was unknown twice, and nothing that is held or young", async () => {
	const rows = [{ id: "a" }, { id: "b" }] as ExecRecord[];
	const held = new Set(["b"]);
	const settled: string[] = [];
	let before = new Date();
	opened = openForgottenExecs({
		read: async (asked) => {
			before = asked;
			return rows;
		},
		isHeld: (id) => held.has(id),
		settle: async ({ id }) => void settled.push(id),
		log: pino({ level: "silent" }),
	});
	await opened.turn();
	expect(settled).toEqual([]);
	expect(Date.now() - before.getTime()).toBeGreaterThanOrEqual(60_000);
	held.clear();
	await opened.turn();
	expect(settled).toEqual(["a"]);
	held.add("a");
	await opened.turn();
	expect(settled).toEqual(["a", "b"]);
});

test("a database that is away settles nothing, and forgets no suspect", async () => {
	const settled: string[] = [];
	let isAway = false;
	opened = openForgottenExecs({
		read: async () => {
			if (isAway) throw new Error("away");
			return [{ id: "a" }] as ExecRecord[];
		},
		isHeld: () => false,
		settle: async ({ id }) => void settled.push(id),
		log: pino({ level: "silent" }),
	});
	await opened.turn();
	isAway = true;
	await opened.turn();
	expect(settled).toEqual([]);
	isAway = false;
	await opened.turn();
	expect(settled).toEqual(["a"]);
});
