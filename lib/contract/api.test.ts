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
	test("needs no more than a name", () => {
		expect(createDevboxRequest.parse({ name: "a" })).toEqual({ name: "a", image: "builtin:base", size: "s" });
	});

	test("names the field at fault", () => {
		const issues = createDevboxRequest.safeParse({ name: "A B", size: "huge" }).error?.issues ?? [];
		expect(issues.map((issue) => issue.path.join("."))).toEqual(["name", "size"]);
		expect(issues[1]?.message).toContain("s, m, l, xl");
	});
});
