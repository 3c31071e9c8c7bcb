/** The request of the create dialog for use elsewhere. Values that are secret are not in it: whoever copies it puts them in. */
import type { CreateOrder } from "./create/create-draft.ts";

type SnippetInput = { origin: string; order: CreateOrder };

/** Where each AI token comes from in a snippet. */
const tokenVariables: Readonly<Record<string, { shell: string; option: string }>> = {
	"X-Claude-Token": { shell: "CLAUDE_TOKEN", option: "claudeToken" },
	"X-Codex-Token": { shell: "CODEX_TOKEN", option: "codexToken" },
};

const maskedValue = "********";

function shownBody({ body }: CreateOrder): Record<string, unknown> {
	const { env, ...rest } = body;
	if (!env) return rest;
	if (Array.isArray(env))
		return { ...rest, env: env.map((one) => ("value" in one ? { ...one, value: maskedValue } : one)) };
	return { ...rest, env: Object.fromEntries(Object.keys(env).map((name) => [name, maskedValue])) };
}

const tokensOf = ({ headers }: CreateOrder) =>
	Object.keys(headers).flatMap((header) => {
		const variable = tokenVariables[header];
		return variable ? [{ header, ...variable }] : [];
	});

export function requestAsCurl({ origin, order }: SnippetInput): string {
	// A quote inside single quotes ends them, adds one, and goes on.
	const json = JSON.stringify(shownBody(order)).replaceAll("'", `'\\''`);
	return [
		`curl -X POST ${origin}/api/v1/devboxes \\`,
		`  -H "Authorization: Bearer $DEVBOX_API_KEY" \\`,
		...tokensOf(order).map(({ header, shell }) => `  -H "${header}: $${shell}" \\`),
		`  --json '${json}'`,
	].join("\n");
}

export function requestAsSdk({ origin, order }: SnippetInput): string {
	const { credential_profile: _, ...body } = shownBody(order);
	return [
		`const c = new Compute({ apiKey: process.env.DEVBOX_API_KEY, baseUrl: ${JSON.stringify(origin)} });`,
		"const box = await c.box.create({",
		...Object.entries(body).map(([field, value]) => `  ${field}: ${JSON.stringify(value)},`),
		...tokensOf(order).map(({ option, shell }) => `  ${option}: process.env.${shell},`),
		"});",
	].join("\n");
}

export function requestAsJson({ order }: SnippetInput): string {
	return JSON.stringify(shownBody(order), null, 2);
}

export function requestAsYaml({ order }: SnippetInput): string {
	return yamlLines(shownBody(order), "").join("\n");
}

/** Block style; a text is quoted as in JSON, which YAML reads as well. */
function yamlLines(value: Record<string, unknown>, indent: string): string[] {
	return Object.entries(value).flatMap(([key, child]) => {
		const name = `${indent}${/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)}:`;
		if (Array.isArray(child)) return child.length === 0 ? [`${name} []`] : [name, ...child.flatMap(listItem(indent))];
		if (typeof child === "object" && child !== null && Object.keys(child).length > 0)
			return [name, ...yamlLines(child as Record<string, unknown>, `${indent}  `)];
		return [`${name} ${JSON.stringify(child)}`];
	});
}

function listItem(indent: string): (item: unknown) => string[] {
	return (item) => {
		if (typeof item !== "object" || item === null) return [`${indent}  - ${JSON.stringify(item)}`];
		const [first = "", ...rest] = yamlLines(item as Record<string, unknown>, `${indent}    `);
		return [`${indent}  - ${first.trimStart()}`, ...rest];
	};
}
