/**
 * A stand-in for GitHub (or GitHub Enterprise) on loopback: OAuth with state, PKCE, one-time codes and refresh tokens, and the parts of the
 * REST API that the product asks. The person at the browser chooses who they are by clicking a login.
 *
 *   node e2e/github-stand-in.ts PORT [FOLDER]
 *
 * FOLDER: bare repositories, `<owner>/<name>.git`, which git then finds here by the same permissions.
 *
 * A test in another process changes it with POST /_stand-in and a JSON `StandInOrder`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readText, send } from "./github/stand-in-answer.ts";
import { answerStandInApi } from "./github/stand-in-api.ts";
import { standInGit } from "./github/stand-in-git.ts";
import { openStandInOauth } from "./github/stand-in-oauth.ts";
import { newStandInState, revokeAll, type StandInFault, type StandInState } from "./github/stand-in-state.ts";

export type StandInOrder = { fault: StandInFault | null } | { revokeAllOf: string };

/** Answers a request for git's own paths; false: it is none. */
export type StandInGit = (o: {
	state: StandInState;
	url: URL;
	request: IncomingMessage;
	response: ServerResponse;
}) => boolean;

export type GithubStandIn = { url: string; state: StandInState; close(): void };

function applyOrder(state: StandInState, order: StandInOrder): void {
	if ("revokeAllOf" in order) revokeAll(state, order.revokeAllOf);
	else state.fault = order.fault;
}

/** Answers as the fault says; false: there is none for this request. */
function misbehaves(state: StandInState, o: { isApi: boolean; response: ServerResponse }): boolean {
	const { fault } = state;
	if (!fault || !(o.isApi || ("isTotal" in fault && fault.isTotal))) return false;
	const { response } = o;
	if (fault.kind === "status") send(response, fault.status, { message: "It is down" });
	if (fault.kind === "garbage")
		response.writeHead(200, { "content-type": "text/html" }).end("<html>a proxy's page</html>");
	if (fault.kind === "redirect") response.writeHead(302, { location: fault.to }).end();
	if (fault.kind === "rate_limit")
		send(
			response,
			403,
			{ message: "API rate limit exceeded" },
			{
				"x-ratelimit-remaining": "0",
				"x-ratelimit-reset": String(Math.ceil(state.now() / 1_000) + fault.seconds),
			},
		);
	if (fault.kind === "secondary_limit")
		send(
			response,
			429,
			{ message: "You have exceeded a secondary rate limit" },
			{ "retry-after": String(fault.seconds) },
		);
	return true;
}

/** Listens on loopback; port 0 picks one. */
export function startGithubStandIn(port: number, o: { git?: StandInGit } = {}): Promise<GithubStandIn> {
	const state = newStandInState();
	const oauth = openStandInOauth(state);

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "stand-in"}`);
		const path = url.pathname;
		if (path === "/_stand-in" && request.method === "POST") {
			applyOrder(state, JSON.parse(await readText(request)) as StandInOrder);
			return send(response, 200, {});
		}
		state.requests.push(`${request.method} ${path}`);
		if (misbehaves(state, { isApi: path.startsWith("/api/v3/"), response })) return;
		if (path === "/login/oauth/authorize") return oauth.authorize(url, response);
		if (path === "/login/oauth/access_token") return oauth.exchange(request, response);
		if (/^\/api\/v3\/applications\/[^/]+\/token$/.test(path) && request.method === "DELETE")
			return oauth.revoke(request, response);
		if (path.startsWith("/api/v3/"))
			return answerStandInApi(state, { path: path.slice("/api/v3".length), url, request, response });
		if (o.git?.({ state, url, request, response })) return;
		send(response, path === "/" ? 200 : 404, { name: "stand-in" });
	}

	const server = createServer((request, response) => {
		answer(request, response).catch((error: unknown) => send(response, 500, { error: String(error) }));
	});
	return new Promise((resolve) => {
		server.listen(port, "127.0.0.1", () => {
			const address = server.address();
			const actual = typeof address === "object" && address ? address.port : port;
			const close = () => {
				server.close();
				server.closeAllConnections();
			};
			resolve({ url: `http://127.0.0.1:${actual}`, state, close });
		});
	});
}

if (process.argv[1] === import.meta.filename) {
	const [, , port = "0", folder] = process.argv;
	await startGithubStandIn(Number(port), folder ? { git: standInGit(folder) } : {});
}
