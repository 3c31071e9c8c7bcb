import { expect, test } from "vitest";
import { close, readExecs, turnTo } from "./opened-execs.ts";

const running = (...ids: string[]) => ids.map((id) => ({ id, status: "running", mode: "detached" }) as const);
const ended = (id: string) => ({ id, status: "exited", mode: "detached" }) as const;

test("the two running commands that were turned to last are followed, and one that ends makes room", () => {
	const opened = ["a", "b", "c"].reduce(turnTo, [] as readonly string[]);
	expect([...readExecs(opened, running("a", "b", "c", "d"))]).toEqual(["b", "c"]);
	expect([...readExecs(turnTo(opened, "a"), running("a", "b", "c"))]).toEqual(["c", "a"]);
	expect([...readExecs(close(opened, "c"), running("a", "b", "c"))]).toEqual(["a", "b"]);
	expect([...readExecs(opened, [...running("a", "b"), ended("c")])].toSorted()).toEqual(["a", "b", "c"]);
});

test("an attached command is always followed: it would end some time after its last reader", () => {
	const attached = { id: "a", status: "running", mode: "attached" } as const;
	expect([...readExecs(["a", "b", "c", "d"], [attached, ...running("b", "c", "d")])]).toEqual(["a", "c", "d"]);
});
