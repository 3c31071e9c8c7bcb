/** The request of the create dialog for use elsewhere. */

export type CreateBody = { name: string; image: string; size: string };
type SnippetInput = { origin: string; body: CreateBody };

/** With the session cookie, until there are tokens: the browser's own way in. */
export function requestAsCurl({ origin, body }: SnippetInput): string {
	// A quote inside single quotes ends them, adds one, and goes on.
	const json = JSON.stringify(body).replaceAll("'", `'\\''`);
	const cookie = origin.startsWith("https:") ? "__Host-devbox_session" : "devbox_session";
	return [
		`curl -X POST ${origin}/api/v1/devboxes \\`,
		`  -H "Origin: ${origin}" -H "Cookie: ${cookie}=$DEVBOX_SESSION" \\`,
		`  --json '${json}'`,
	].join("\n");
}

export function requestAsSdk({ origin, body }: SnippetInput): string {
	return [
		`const client = createDevboxClient({ baseUrl: ${JSON.stringify(origin)}, token });`,
		"const devbox = await client.createDevbox({",
		...Object.entries(body).map(([field, value]) => `  ${field}: ${JSON.stringify(value)},`),
		"});",
	].join("\n");
}
