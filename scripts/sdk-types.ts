/**
 * Writes sdk/src/generated/api.ts: the contract's routes, types and error codes as plain TypeScript, so that the published package
 * carries neither our validation library nor our tree. `--check` writes nothing and fails when the file does not say what the contract says.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { apiBasePath, apiOperations } from "../lib/contract/api.ts";
import type { ApiOperation } from "../lib/contract/operation.ts";
import { errorCodes } from "../lib/domain/errors.ts";
import { type JsonSchema, type NameOf, renderDoc, renderType } from "./json-schema-types.ts";

type Direction = "input" | "output";
type Definitions = Map<string, JsonSchema>;

const file = new URL("../sdk/src/generated/api.ts", import.meta.url);
const operations = Object.values<ApiOperation>(apiOperations);
const definitions: Record<Direction, Definitions> = { input: new Map(), output: new Map() };

const answersJson = ({ response }: ApiOperation) => (response.contentType ?? "application/json") === "application/json";
const isStream = (operation: ApiOperation) => operation.requestContentType !== undefined || !answersJson(operation);

/** The JSON Schema of what a client sends or gets; named schemas are collected on the way. */
function schemaOf(schema: z.ZodType, direction: Direction): JsonSchema {
	const { $defs, ...rest } = z.toJSONSchema(schema, { io: direction, unrepresentable: "any" }) as JsonSchema;
	for (const [name, definition] of Object.entries($defs ?? {})) definitions[direction].set(name, definition);
	return rest;
}

function describe(operation: ApiOperation) {
	const { params, query, body, headers } = operation;
	const parts = [params, query, body].filter((part) => part !== undefined);
	const output = operation.response.body;
	return {
		operation,
		input: parts.map((part) => schemaOf(part, "input")),
		headers: headers ? schemaOf(headers, "input") : null,
		output: output && answersJson(operation) ? schemaOf(output, "output") : null,
	};
}
type Described = ReturnType<typeof describe>;

/** Names whose schema differs by direction (defaults, transforms), or which refer to one: the sent one is called `…Input`. */
function namesByDirection(): Set<string> {
	const differing = new Set<string>();
	const rendered = (direction: Direction, name: string) => {
		const schema = definitions[direction].get(name);
		return schema && renderType(schema, nameFor(direction, differing));
	};
	for (let isSettled = false; !isSettled; ) {
		isSettled = true;
		for (const name of definitions.input.keys()) {
			if (differing.has(name) || !definitions.output.has(name)) continue;
			if (rendered("input", name) === rendered("output", name)) continue;
			differing.add(name);
			isSettled = false;
		}
	}
	return differing;
}

function nameFor(direction: Direction, differing: Set<string>): NameOf {
	return (name) => (direction === "input" && differing.has(name) ? `${name}Input` : name);
}

function renderDefinitions(differing: Set<string>): string[] {
	const types = new Map<string, string>();
	for (const direction of ["output", "input"] as const)
		for (const [name, schema] of definitions[direction]) {
			const nameOf = nameFor(direction, differing);
			const lines = [...renderDoc(schema, ""), `export type ${nameOf(name)} = ${renderType(schema, nameOf)};`];
			types.set(nameOf(name), lines.join("\n"));
		}
	return [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
}

function renderRoutes(name: string, doc: string, listed: ApiOperation[]): string {
	const lines = listed.map(({ id, method, path, idempotent, body, query }) => {
		const takesKey = idempotent ? ", takesKey: true" : "";
		// Where there is a body as well, a client must know which fields go beside it.
		const queryFields = body && query ? `, query: ${JSON.stringify(Object.keys(query.shape))}` : "";
		return `\t${id}: { method: ${JSON.stringify(method)}, path: ${JSON.stringify(path)}${takesKey}${queryFields} },`;
	});
	return `/** ${doc} */\nexport const ${name} = {\n${lines.join("\n")}\n} as const;`;
}

function renderApiTypes(name: string, doc: string, described: Described[], differing: Set<string>): string {
	const lines = described.flatMap(({ operation, input, headers, output }) => {
		const inputType = input.map((part) => renderType(part, nameFor("input", differing), "\t\t")).join(" & ") || "{}";
		const outputType = output && renderType(output, nameFor("output", differing), "\t\t");
		const outputLine = !answersJson(operation) ? [] : [`\t\toutput: ${outputType ?? "undefined"};`];
		const headersLine = headers ? [`\t\theaders: ${renderType(headers, nameFor("input", differing), "\t\t")};`] : [];
		const summary = operation.summary.replaceAll("*/", "*\\/");
		return [
			`\t/** ${summary} */`,
			`\t${operation.id}: {`,
			`\t\tinput: ${inputType};`,
			...headersLine,
			...outputLine,
			"\t};",
		];
	});
	return `/** ${doc} */\nexport type ${name} = {\n${lines.join("\n")}\n};`;
}

function renderErrorCodes(): string {
	const lines = Object.entries(errorCodes).map(
		([code, { status, retryable }]) => `\t${code}: { status: ${status}, retryable: ${retryable} },`,
	);
	return [
		"/** Every error code of the API, its HTTP status, and whether the same request may succeed later. */",
		`export const errorCodes = {\n${lines.join("\n")}\n} as const;`,
		"\nexport type ErrorCode = keyof typeof errorCodes;",
		"\n/** What is wrong with one field of a request. */",
		"export type FieldError = { loc: (string | number)[]; msg: string; type: string };",
	].join("\n");
}

function renderFile(): string {
	const described = operations.map(describe);
	const differing = namesByDirection();
	const streams = described.filter(({ operation }) => isStream(operation));
	const calls = described.filter(({ operation }) => !isStream(operation));
	const routesOf = (list: Described[]) => list.map(({ operation }) => operation);
	return `${[
		"// Made from lib/contract and lib/domain by `npm run generate`: change those, not this.",
		`export const apiBasePath = ${JSON.stringify(apiBasePath)};`,
		renderErrorCodes(),
		renderRoutes("apiRoutes", "Operations that take and answer JSON.", routesOf(calls)),
		renderRoutes("streamRoutes", "Operations whose body or answer is a stream.", routesOf(streams)),
		...renderDefinitions(differing),
		renderApiTypes(
			"ApiTypes",
			"What each JSON operation takes (path, query and body as one object) and answers.",
			calls,
			differing,
		),
		renderApiTypes(
			"StreamTypes",
			"What each streaming operation takes beside its stream, and answers where that is JSON.",
			streams,
			differing,
		),
	].join("\n\n")}\n`;
}

function readIfThere(): string | null {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}

function main(): void {
	const rendered = renderFile();
	if (!process.argv.includes("--check")) {
		mkdirSync(new URL(".", file), { recursive: true });
		writeFileSync(file, rendered);
		return;
	}
	if (readIfThere() === rendered) return;
	console.error("sdk/src/generated/api.ts does not say what lib/contract says. Run `npm run generate` and commit it.");
	process.exitCode = 1;
}

main();
