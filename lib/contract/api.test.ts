import { describe, expect, test } from "vitest";
import { errorCodes } from "../domain/errors.ts";
import { apiOperations } from "./api.ts";
import { createDevboxRequest } from "./devboxes.ts";
import type { ApiOperation } from "./operation.ts";

const operations: [string, ApiOperation][] = Object.entries(apiOperations);

describe("the API table", () => {
	test("every operation is filed under its own id, and no two share method and path", () => {
		for (const [key, operation] of operations) expect(operation.id).toBe(key);
		const routes = operations.map(([, o]) => `${o.method} ${o.path.replace(/\{[^}]+\}/g, "{}")}`);
		expect(new Set(routes).size).toBe(routes.length);
	});

	test("every path parameter has a schema and every error a status", () => {
		for (const [, operation] of operations) {
			const named = [...operation.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
			expect(Object.keys(operation.params?.shape ?? {}).sort()).toEqual(named.sort());
			for (const code of operation.errors) expect(errorCodes[code].status).toBeGreaterThanOrEqual(400);
		}
	});

	test("a write that answers 204 has no body, all others have one", () => {
		for (const [, { response }] of operations) expect(response.body === null).toBe(response.status === 204);
	});
});

describe("a request to create a devbox", () => {
	test("needs no more than a name: what is left out stays so, for the workspace's defaults", () => {
		expect(createDevboxRequest.parse({ name: "a" })).toEqual({
			name: "a",
			access_mode: "private",
			repositories: [],
			credential_profile: { inject_claude_token: false, inject_codex_token: false },
			env: [],
		});
	});

	test("may call its size a plan, and not two different ones", () => {
		expect(createDevboxRequest.parse({ name: "a", plan: "large" }).size).toBe("l");
		expect(createDevboxRequest.parse({ name: "a", plan: "small", size: "s" }).size).toBe("s");
		const issues = createDevboxRequest.safeParse({ name: "a", plan: "small", size: "l" }).error?.issues ?? [];
		expect(issues.map((issue) => [issue.path.join("."), issue.message])).toEqual([
			["plan", expect.stringContaining("`plan` says s and `size` says l")],
		]);
	});

	test("names the field at fault", () => {
		const issues = createDevboxRequest.safeParse({ name: "", size: "huge" }).error?.issues ?? [];
		expect(issues.map((issue) => issue.path.join("."))).toEqual(["name", "size"]);
		expect(issues[1]?.message).toContain("s, m, l, xl");
	});

	test("past a bound is refused at the place of it", () => {
		const places = (fields: object) =>
			createDevboxRequest.safeParse({ name: "a", ...fields }).error?.issues.map((issue) => issue.path.join("."));
		expect(places({ env: { lower: "x", GOOD: "x" } })).toEqual(["env.lower"]);
		expect(places({ setup_commands: Array(33).fill("true") })).toEqual(["setup_commands"]);
		expect(places({ setup_commands: ["true", "x".repeat(4097)] })).toEqual(["setup_commands.1"]);
		for (const seconds of [29, 3601, 1.5, "60"]) expect(places({ setup_timeout_seconds: seconds })).toHaveLength(1);
		expect(places({ repositories: [{ full_name: "org/repo", target_path: "/etc/x" }] })).toEqual([
			"repositories.0.target_path",
		]);
		expect(places({ repositories: [{ full_name: "org/repo", ref: "-x" }] })).toEqual(["repositories.0.ref"]);
		expect(places({ repository: "file:///etc" })).toEqual(["repository"]);
		expect(places({ branch: "--upload-pack=x" })).toEqual(["branch"]);
		expect(places({ expires_after: "1y" })).toEqual(["expires_after"]);
		expect(places({ auto_stop_idle_timeout: "2h" })).toEqual(["auto_stop_idle_timeout"]);
	});
});
