import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { curlOf, groupOperations, type OpenApi, typeOf } from "./open-api.ts";

const document = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8")) as OpenApi;

test("every operation of the API has its place in the reference", () => {
	const count = Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length;
	const groups = groupOperations(document);
	expect(groups.flatMap(({ operations }) => operations)).toHaveLength(count);
	expect(groups.find(({ title }) => title === "Devboxes")?.operations.map(({ id }) => id)).toContain("createDevbox");
});

test("types read as a person would write them", () => {
	expect(typeOf({ anyOf: [{ type: "string" }, { type: "null" }] })).toBe("string or null");
	expect(typeOf({ type: "array", items: { $ref: "#/components/schemas/Devbox" } })).toBe("Devbox[]");
	expect(typeOf({ enum: ["s", "m"] })).toBe('"s" | "m"');
	expect(typeOf({ type: "object", additionalProperties: { type: "string" } })).toBe("map of string");
});

test("a request with a body is shown with one, and its parameters as variables of the shell", () => {
	const create = groupOperations(document)
		.flatMap(({ operations }) => operations)
		.find(({ id }) => id === "stopDevbox");
	expect(create && curlOf(create, "https://d.example")).toBe(
		'curl -X POST "https://d.example/api/v1/devboxes/$ID/stop" \\\n  -H "Authorization: Bearer $DEVBOX_API_KEY"',
	);
});
