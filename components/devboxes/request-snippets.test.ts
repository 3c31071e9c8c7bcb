import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { requestAsCurl } from "./request-snippets.ts";

describe("the request to copy", () => {
	test("reaches curl as the very body that the page sends, whatever the name holds", () => {
		const body = { name: `it's "quoted" $(id)`, image: "builtin:base", size: "s" };
		const command = requestAsCurl({ origin: "http://127.0.0.1:3000", body }).replace(/^curl/, "printf '%s\\n'");
		const lines = execFileSync("sh", ["-c", command], { encoding: "utf8" }).trim().split("\n");
		expect(JSON.parse(lines.at(-1) ?? "")).toEqual(body);
	});
});
