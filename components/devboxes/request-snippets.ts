/** The request of the create dialog for use elsewhere. */

export type CreateBody = { name: string; image: string; size: string };
type SnippetInput = { origin: string; body: CreateBody };

export function requestAsCurl({ origin, body }: SnippetInput): string {
	// A quote inside single quotes ends them, adds one, and goes on.
	const json = JSON.stringify(body).replaceAll("'", `'\\''`);
	return [
		`curl -X POST ${origin}/api/v1/devboxes \\`,
		`  -H "Authorization: Bearer $DEVBOX_API_KEY" \\`,
		`  --json '${json}'`,
	].join("\n");
}

export function requestAsSdk({ origin, body }: SnippetInput): string {
	return [
		`const c = new Compute({ apiKey: process.env.DEVBOX_API_KEY, baseUrl: ${JSON.stringify(origin)} });`,
		"const box = await c.box.create({",
		...Object.entries(body).map(([field, value]) => `  ${field}: ${JSON.stringify(value)},`),
		"});",
	].join("\n");
}
