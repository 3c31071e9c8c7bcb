import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { CreateOrder } from "./create/create-draft.ts";
import { requestAsCurl, requestAsJson, requestAsSdk, requestAsYaml } from "./request-snippets.ts";

const origin = "http://127.0.0.1:3000";

describe("the request to copy", () => {
	test("reaches curl as the very body that the page sends, whatever the name holds", () => {
		const body = { name: `it's "quoted" $(id)`, image: "builtin:base", size: "s" };
		const command = requestAsCurl({ origin, order: { body, headers: {} } }).replace(/^curl/, "printf '%s\\n'");
		const lines = execFileSync("sh", ["-c", command], { encoding: "utf8" }).trim().split("\n");
		expect(JSON.parse(lines.at(-1) ?? "")).toEqual(body);
	});

	test("never has a value of the environment or a token in it", () => {
		const order: CreateOrder = {
			body: { name: "a", env: { KEY: "s3cret" }, credential_profile: { inject_claude_token: true } },
			headers: { "X-Claude-Token": "sk-secret" },
		};
		const all = [requestAsCurl, requestAsSdk, requestAsJson, requestAsYaml].map((make) => make({ origin, order }));
		expect(all.join("\n")).not.toMatch(/s3cret|sk-secret/);
		expect(all[0]).toContain(`-H "X-Claude-Token: $CLAUDE_TOKEN"`);
		expect(all[1]).toContain("claudeToken: process.env.CLAUDE_TOKEN");
		expect(all[1]).not.toContain("credential_profile");
	});

	test("is YAML as well, lists and texts with anything in them", () => {
		const body = {
			name: "a",
			setup_commands: [`echo "a: b" # c`],
			repositories: [{ full_name: "org/repo", ref: "no" }, { full_name: "org/more" }],
			env: {},
		};
		expect(requestAsYaml({ origin, order: { body, headers: {} } })).toBe(
			[
				'name: "a"',
				"setup_commands:",
				'  - "echo \\"a: b\\" # c"',
				"repositories:",
				'  - full_name: "org/repo"',
				'    ref: "no"',
				'  - full_name: "org/more"',
				"env: {}",
			].join("\n"),
		);
	});
});
