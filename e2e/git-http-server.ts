/**
 * A git smart-HTTP server as GitHub has one: git's own http-backend behind a small HTTP server that knows whose token may read and
 * write which repository. On loopback; `routes` is for a server that answers other things as well.
 */
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createGunzip } from "node:zlib";

/** What a request may do with `owner/name`; `absent` is how GitHub says "not yours" as well. */
export type GitAccess = "write" | "read" | "absent" | "unauthenticated" | "limited" | "broken";

export type GitHttpOptions = {
	/** Folder of bare repositories, `<owner>/<name>.git`. */
	root: string;
	/** `token`: the password of basic authentication; null for none. */
	access: (o: { fullName: string; token: string | null }) => GitAccess;
	/** Sees each request before it is answered. */
	onRequest?: (request: IncomingMessage) => void;
};

const route = /^\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;
const refusals: Partial<Record<GitAccess, number>> = { absent: 404, unauthenticated: 401, limited: 429, broken: 503 };

/** Answers whether the request was for git; if not, it is the caller's. */
export function openGitHttp(o: GitHttpOptions): (request: IncomingMessage, response: ServerResponse) => boolean {
	return (request, response) => {
		const url = new URL(request.url ?? "/", "http://git");
		const [, fullName, end] = route.exec(url.pathname) ?? [];
		if (!fullName || !end) return false;
		o.onRequest?.(request);
		const isWrite = end === "git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
		const access = o.access({ fullName, token: tokenOf(request) });
		const status = refusals[access] ?? (isWrite && access !== "write" ? 403 : null);
		if (status === null)
			backend({ ...o, request, response, path: `/${fullName}.git/${end}`, query: url.search.slice(1) });
		else refuse(response, status);
		return true;
	};
}

export type GitHttpServer = { url: string; close(): Promise<void> };

export async function startGitHttpServer(o: GitHttpOptions & { routes?: RequestListener }): Promise<GitHttpServer> {
	const git = openGitHttp(o);
	const server = createServer((request, response) => {
		if (git(request, response)) return;
		if (o.routes) o.routes(request, response);
		else refuse(response, 404);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function tokenOf(request: IncomingMessage): string | null {
	const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
	return basic ? Buffer.from(basic, "base64").toString().split(":").slice(1).join(":") : null;
}

function refuse(response: ServerResponse, status: number): void {
	const headers = status === 401 ? { "www-authenticate": 'Basic realm="git"' } : {};
	response.writeHead(status, { ...headers, "content-type": "text/plain" });
	response.end(status === 404 ? "Repository not found.\n" : "Refused.\n");
}

type Served = GitHttpOptions & { request: IncomingMessage; response: ServerResponse; path: string; query: string };

/** CGI: the request's body goes in, head and body come out. */
function backend(o: Served): void {
	const { request, response } = o;
	const child = spawn("git", ["http-backend"], {
		env: {
			PATH: process.env.PATH ?? "",
			GIT_PROJECT_ROOT: o.root,
			GIT_HTTP_EXPORT_ALL: "1",
			GIT_CONFIG_COUNT: "2",
			GIT_CONFIG_KEY_0: "safe.directory",
			GIT_CONFIG_VALUE_0: "*",
			GIT_CONFIG_KEY_1: "http.receivepack",
			GIT_CONFIG_VALUE_1: "true",
			REQUEST_METHOD: request.method ?? "GET",
			PATH_INFO: o.path,
			QUERY_STRING: o.query,
			CONTENT_TYPE: request.headers["content-type"] ?? "",
			GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
			REMOTE_ADDR: "127.0.0.1",
			REMOTE_USER: "somebody",
		} as Record<string, string> as NodeJS.ProcessEnv,
		stdio: ["pipe", "pipe", "ignore"],
	});
	child.stdin.on("error", () => undefined);
	const body = request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
	body.pipe(child.stdin);
	response.on("close", () => child.kill());
	let head = Buffer.alloc(0);
	const onHead = (chunk: Buffer) => {
		head = Buffer.concat([head, chunk]);
		const at = head.indexOf("\r\n\r\n");
		if (at < 0) return;
		child.stdout.off("data", onHead);
		writeHead(response, head.subarray(0, at).toString("latin1"));
		response.write(head.subarray(at + 4));
		child.stdout.pipe(response);
	};
	child.stdout.on("data", onHead);
	child.once("close", () => {
		if (!response.headersSent) refuse(response, 500);
	});
}

function writeHead(response: ServerResponse, head: string): void {
	let status = 200;
	for (const line of head.split("\r\n")) {
		const [name = "", value = ""] = line.split(/: (.*)/s);
		if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
		else response.setHeader(name, value);
	}
	response.writeHead(status);
}
