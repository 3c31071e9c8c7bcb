/** JSON Schema, as zod writes it, into TypeScript types: only what the contract uses, and an error for anything else. */

export type JsonSchema = {
	$ref?: string;
	$defs?: Record<string, JsonSchema>;
	type?: string | string[];
	properties?: Record<string, JsonSchema>;
	required?: string[];
	additionalProperties?: boolean | JsonSchema;
	items?: JsonSchema | false;
	prefixItems?: JsonSchema[];
	enum?: unknown[];
	const?: unknown;
	anyOf?: JsonSchema[];
	oneOf?: JsonSchema[];
	allOf?: JsonSchema[];
	not?: JsonSchema;
	description?: string;
	default?: unknown;
};

/** Turns the name that a `$ref` carries into the name of the type. */
export type NameOf = (name: string) => string;

export function renderType(schema: JsonSchema, nameOf: NameOf, indent = ""): string {
	if (schema.$ref) return nameOf(schema.$ref.replace("#/$defs/", ""));
	if ("const" in schema) return JSON.stringify(schema.const);
	if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
	const choices = schema.anyOf ?? schema.oneOf;
	if (choices) return unique(choices.map((choice) => renderType(choice, nameOf, indent))).join(" | ");
	if (schema.allOf) return schema.allOf.map((part) => grouped(renderType(part, nameOf, indent))).join(" & ");
	if (schema.not) return "never";
	if (Array.isArray(schema.type))
		return unique(schema.type.map((type) => renderType({ ...schema, type }, nameOf, indent))).join(" | ");
	switch (schema.type) {
		case "string":
		case "boolean":
		case "null":
			return schema.type;
		case "number":
		case "integer":
			return "number";
		case "array":
			return renderArray(schema, nameOf, indent);
		case "object":
			return renderObject(schema, nameOf, indent);
		case undefined:
			return "unknown";
		default:
			throw new Error(`no type is known for ${JSON.stringify(schema)}`);
	}
}

function renderArray(schema: JsonSchema, nameOf: NameOf, indent: string): string {
	if (schema.prefixItems) return `[${schema.prefixItems.map((item) => renderType(item, nameOf, indent)).join(", ")}]`;
	return schema.items ? `${grouped(renderType(schema.items, nameOf, indent))}[]` : "unknown[]";
}

function renderObject(schema: JsonSchema, nameOf: NameOf, indent: string): string {
	const properties = Object.entries(schema.properties ?? {});
	const others = schema.additionalProperties;
	if (properties.length === 0)
		return typeof others === "object" ? `Record<string, ${renderType(others, nameOf, indent)}>` : "{}";
	const inner = `${indent}\t`;
	const lines = properties.flatMap(([name, property]) => {
		const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
		const mark = schema.required?.includes(name) ? "" : "?";
		return [...renderDoc(property, inner), `${inner}${key}${mark}: ${renderType(property, nameOf, inner)};`];
	});
	return `{\n${lines.join("\n")}\n${indent}}`;
}

/** The description as a comment; of a field that has a default, that too. */
export function renderDoc(schema: JsonSchema, indent: string): string[] {
	const withDefault = schema.default === undefined ? "" : `Default: \`${JSON.stringify(schema.default)}\`.`;
	const text = [schema.description?.replace(/([^.!?…])$/, "$1."), withDefault].filter(Boolean).join(" ");
	return text ? [`${indent}/** ${text.replaceAll("*/", "*\\/")} */`] : [];
}

function grouped(type: string): string {
	return /[|&]/.test(type) && !/^\{[\s\S]*\}$/.test(type) ? `(${type})` : type;
}

function unique(types: string[]): string[] {
	return [...new Set(types)];
}
