import { expect, test } from "vitest";
import { close, readExecs, turnTo } from "./opened-execs.ts";

const running = (...ids: string[]) => ids.map((id) => ({ id, status: "running" as const }));
const ended = (id: string) => ({ id, status: "exited" as const });

test("the two running commands that were turned to last are followed, and one that ends makes room", () => {
	const opened = ["a", "b", "c"].reduce(turnTo, [] as readonly string[]);
	expect([...readExecs(opened, running("a", "b", "c", "d"))]).toEqual(["b", "c"]);
	expect([...readExecs(turnTo(opened, "a"), running("a", "b", "c"))]).toEqual(["c", "a"]);
	expect([...readExecs(close(opened, "c"), running("a", "b", "c"))]).toEqual(["a", "b"]);
	expect([...readExecs(opened, [...running("a", "b"), ended("c")])].toSorted()).toEqual(["a", "b", "c"]);
});
