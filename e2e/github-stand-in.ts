/**
 * A stand-in for GitHub (or GitHub Enterprise) on loopback: OAuth's authorize and token endpoints with state and one-time codes,
 * and the user endpoints that sign-in reads. The person at the browser chooses who they are by clicking a login.
 *
 *   node e2e/github-stand-in.ts PORT
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export const standInUsers = {
	ada: { id: 1001, name: "Ada Lovelace", orgs: ["analytical-engines"] },
	mallory: { id: 1003, name: "Mallory", orgs: ["elsewhere"] },
} as const;
type StandInUser = { id: number; name: string; orgs: readonly string[] };

const clientId = "devbox-e2e-client";
const clientSecret = "devbox-e2e-secret";
const codes = new Map<string, { login: string; redirectUri: string }>();
const tokens = new Map<string, string>();

/** Those above, and everybody else by an id made of their login. */
function userOf(login: string): StandInUser {
	const known: Readonly<Record<string, StandInUser>> = standInUsers;
	const madeUp = { id: createHash("sha256").update(login).digest().readUInt32BE(), name: login, orgs: [] };
	return known[login] ?? madeUp;
}

function escapeAttribute(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { "content-type": "application/json" });
	response.end(JSON.stringify(body));
}

function choosePage(url: URL): string {
	const links = Object.keys(standInUsers).map((name) => {
		const next = new URL(url);
		next.searchParams.set("as", name);
		return `<li><a href="${escapeAttribute(next.pathname + next.search)}">Continue as ${name}</a></li>`;
	});
	const kept = [...url.searchParams].map(
		([name, value]) => `<input type="hidden" name="${escapeAttribute(name)}" value="${escapeAttribute(value)}">`,
	);
	return `<!doctype html><html lang="en"><title>Sign in to the stand-in</title><ul>${links.join("")}</ul>
<form>${kept.join("")}<label>Another login <input name="as"></label><button>Continue</button></form></html>`;
}

function authorize(url: URL, response: ServerResponse): void {
	const login = url.searchParams.get("as") ?? "";
	const redirectUri = url.searchParams.get("redirect_uri") ?? "";
	if (url.searchParams.get("client_id") !== clientId) return send(response, 404, { error: "unknown client" });
	if (!/^[a-z0-9-]{1,39}$/.test(login)) {
		response.writeHead(200, { "content-type": "text/html" });
		response.end(choosePage(url));
		return;
	}
	const code = randomBytes(16).toString("hex");
	codes.set(code, { login, redirectUri });
	const back = new URL(redirectUri);
	back.searchParams.set("code", code);
	back.searchParams.set("state", url.searchParams.get("state") ?? "");
	response.writeHead(302, { location: back.href });
	response.end();
}

async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const form = new URLSearchParams(Buffer.concat(chunks).toString());
	const basic = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /, ""), "base64").toString();
	const isClient =
		basic === `${clientId}:${clientSecret}` ||
		(form.get("client_id") === clientId && form.get("client_secret") === clientSecret);
	const grant = codes.get(form.get("code") ?? "");
	codes.delete(form.get("code") ?? "");
	if (!isClient || !grant || grant.redirectUri !== form.get("redirect_uri"))
		return send(response, 400, { error: "bad_verification_code" });
	const token = `gho_${randomBytes(18).toString("hex")}`;
	tokens.set(token, grant.login);
	send(response, 200, { access_token: token, token_type: "bearer", scope: "read:user user:email read:org" });
}

function api(path: string, request: IncomingMessage, response: ServerResponse): void {
	const login = tokens.get((request.headers.authorization ?? "").replace(/^(Bearer|token) /i, ""));
	if (!login) return send(response, 401, { message: "Bad credentials" });
	const user = userOf(login);
	if (path === "/user")
		return send(response, 200, { id: user.id, login, name: user.name, email: null, avatar_url: "" });
	if (path === "/user/emails")
		return send(response, 200, [{ email: `${login}@example.test`, primary: true, verified: true }]);
	if (path === "/user/orgs")
		return send(
			response,
			200,
			user.orgs.map((org) => ({ login: org })),
		);
	send(response, 404, { message: "Not Found" });
}

/** Listens on loopback; port 0 picks one. */
export function startGithubStandIn(port: number): Promise<{ url: string; close(): void }> {
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? "/", "http://stand-in");
		if (url.pathname === "/login/oauth/authorize") return authorize(url, response);
		if (url.pathname === "/login/oauth/access_token") {
			exchange(request, response).catch((error: unknown) => send(response, 500, { error: String(error) }));
			return;
		}
		if (url.pathname.startsWith("/api/v3/")) return api(url.pathname.slice("/api/v3".length), request, response);
		send(response, url.pathname === "/" ? 200 : 404, { name: "stand-in" });
	});
	return new Promise((resolve) => {
		server.listen(port, "127.0.0.1", () => {
			const address = server.address();
			const actual = typeof address === "object" && address ? address.port : port;
			resolve({ url: `http://127.0.0.1:${actual}`, close: () => server.close() });
		});
	});
}

if (process.argv[1] === import.meta.filename) await startGithubStandIn(Number(process.argv[2] ?? 0));
