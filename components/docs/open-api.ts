/** What of the OpenAPI document the reference shows. It is our own server's, so only its shape is narrowed here. */

export type Schema = {
	$ref?: string;
	type?: string | string[];
	format?: string;
	description?: string;
	default?: unknown;
	example?: unknown;
	enum?: unknown[];
	const?: unknown;
	properties?: Record<string, Schema>;
	required?: string[];
	items?: Schema;
	additionalProperties?: Schema | boolean;
	anyOf?: Schema[];
	oneOf?: Schema[];
	minLength?: number;
	maxLength?: number;
	minimum?: number;
	maximum?: number;
};

type Content = Record<string, { schema?: Schema }>;

export type Operation = {
	operationId: string;
	summary: string;
	"x-scope": string;
	parameters?: { in: string; name: string; required?: boolean; schema: Schema }[];
	requestBody?: { content: Content };
	responses: Record<string, { description: string; content?: Content }>;
};

export type OpenApi = {
	paths: Record<string, Record<string, Operation>>;
	components: { schemas?: Record<string, Schema> };
};

export type ListedOperation = { id: string; method: string; path: string; operation: Operation };
export type OperationGroup = { title: string; operations: ListedOperation[] };

/** By what the path is about: its first part, and below a devbox its third. */
export function groupOperations(document: OpenApi): OperationGroup[] {
	const groups = new Map<string, ListedOperation[]>();
	for (const [path, methods] of Object.entries(document.paths))
		for (const [method, operation] of Object.entries(methods)) {
			const title = groupOf(path);
			const listed = { id: operation.operationId, method: method.toUpperCase(), path, operation };
			groups.set(title, [...(groups.get(title) ?? []), listed]);
		}
	return [...groups].map(([title, operations]) => ({ title, operations }));
}

const belowDevbox: Readonly<Record<string, string>> = {
	access: "SSH access",
	archive: "Files",
	execs: "Execs",
	files: "Files",
	previews: "Previews",
	terminals: "Terminals",
	"terminal-tickets": "Terminals",
};

function groupOf(path: string): string {
	const [first = "", second, third = ""] = path.split("/").filter(Boolean);
	if (first === "devboxes") return belowDevbox[third] ?? "Devboxes";
	if (first === "users") return "You";
	if (first === "integrations") return second === "github" ? "GitHub" : "Integrations";
	if (["events", "openapi.json", "images", "sizes", "hosts"].includes(first)) return "Server";
	return first.charAt(0).toUpperCase() + first.slice(1);
}

export function resolve(schema: Schema, document: OpenApi): Schema {
	const name = schema.$ref?.split("/").at(-1);
	return (name && document.components.schemas?.[name]) || schema;
}

/** `string`, `"s" | "m"`, `Devbox[]`, `string or null`. */
export function typeOf(schema: Schema): string {
	if (schema.$ref) return schema.$ref.split("/").at(-1) ?? "object";
	if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
	if (schema.const !== undefined) return JSON.stringify(schema.const);
	const either = schema.anyOf ?? schema.oneOf;
	if (either) return [...new Set(either.map(typeOf))].join(" or ");
	if (schema.items) return `${typeOf(schema.items)}[]`;
	if (typeof schema.additionalProperties === "object") return `map of ${typeOf(schema.additionalProperties)}`;
	return Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.type ?? "any");
}

/** A request that can be pasted into a terminal. */
export function curlOf({ method, path, operation }: ListedOperation, origin: string): string {
	const url = `${origin}/api/v1${path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)}`;
	const lines = [
		`curl ${method === "GET" ? "" : `-X ${method} `}"${url}"`,
		`-H "Authorization: Bearer $DEVBOX_API_KEY"`,
	];
	const type = Object.keys(operation.requestBody?.content ?? {})[0];
	if (type === "application/json") lines.push(`-H "Content-Type: application/json"`, "-d '{ … }'");
	else if (type) lines.push("--data-binary @file");
	return lines.join(" \\\n  ");
}
