/**
 * Fetch and push from inside a box without a credential in it. git there speaks HTTP to a port of the box's own loopback, which is a
 * forward of this box's link: so the connection says which box it is. For each request: is it one of git's; does the box live, is its
 * owner a member, is the repository one of the box's, was push chosen; what does GitHub say of the owner's access now. Then it goes
 * on with the owner's token, which never comes back.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { recordAudit } from "../../lib/db/audit-events.ts";
import type { Database } from "../../lib/db/database.ts";
import { findGitProxyGrant, type GitProxyGrant } from "../../lib/db/git-proxy-grants.ts";
import type { AuditOutcome } from "../../lib/domain/audit.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { gitProxyPort } from "../../lib/domain/git-proxy.ts";
import type { GithubAccess, GithubRepositoryAccess } from "../../lib/domain/github-access.ts";
import type { Log } from "../../lib/log/log.ts";
import type { AddressGuard } from "../../lib/net/address-guard.ts";
import { type Forwarded, forwardGit } from "./forward-git.ts";
import { type GitRequest, parseGitRequest } from "./git-request.ts";

export type GitProxyInput = {
	db: Pick<Database, "pool">;
	github: Pick<GithubAccess, "repository">;
	guard: AddressGuard;
	log: Log;
	/** How long a connection may say nothing that is a request; 20 s unless told. */
	headersMs?: number;
};

/** Serves one box's connections. */
export type GitProxyServer = { accept(stream: Duplex): void; close(): void };

const requestsAtOnceMax = 8;
/** Of one box. */
const connectionsMax = 64;
const headersMsDefault = 20_000;
const hosts = new Set([`127.0.0.1:${gitProxyPort}`, `localhost:${gitProxyPort}`]);

export function openGitProxyServer(o: GitProxyInput, devboxId: string): GitProxyServer {
	const ending = new AbortController();
	let underWay = 0;
	const server = createServer({ maxHeaderSize: 16 * 1024, keepAliveTimeout: 5_000 }, (request, response) => {
		// A forward to this port from elsewhere, a preview for one, brings its own name along.
		if (!hosts.has(request.headers.host ?? "")) return refuse(response, 403, "Only git in this devbox is served.");
		const asked = parseGitRequest({ method: request.method ?? "", target: request.url ?? "" });
		if (!asked) return refuse(response, 404, "Only git's fetch and push are served here.");
		if (underWay >= requestsAtOnceMax) return refuse(response, 503, "Too many at once. Try again in a moment.");
		underWay += 1;
		void serve(o, { devboxId, asked, request, response, signal: ending.signal }).finally(() => {
			underWay -= 1;
		});
	});
	server.on("clientError", (_error, socket) => socket.destroy());
	const streams = new Set<Duplex>();
	// The server's own timers need a listening socket.
	const waiting = new Map<Duplex, NodeJS.Timeout>();
	const awaitRequest = (stream: Duplex) => {
		clearTimeout(waiting.get(stream));
		waiting.set(stream, setTimeout(() => stream.destroy(), o.headersMs ?? headersMsDefault).unref());
	};
	server.on("request", ({ socket }, response) => {
		clearTimeout(waiting.get(socket));
		response.once("close", () => streams.has(socket) && awaitRequest(socket));
	});
	return {
		accept(stream) {
			if (streams.size >= connectionsMax) return void stream.destroy();
			streams.add(stream);
			awaitRequest(stream);
			stream.once("close", () => {
				clearTimeout(waiting.get(stream));
				waiting.delete(stream);
				streams.delete(stream);
			});
			server.emit("connection", stream);
		},
		close() {
			ending.abort(new Error("the git proxy closes"));
			for (const stream of streams) stream.destroy();
		},
	};
}

type Serving = {
	devboxId: string;
	asked: GitRequest;
	request: IncomingMessage;
	response: ServerResponse;
	signal: AbortSignal;
};

async function serve(o: GitProxyInput, s: Serving): Promise<void> {
	let grant: GitProxyGrant | null = null;
	const gone = new AbortController();
	s.response.once("close", () => gone.abort(new Error("git hung up")));
	const signal = AbortSignal.any([s.signal, gone.signal]);
	const forwarded: Forwarded = { status: null, bytesUp: 0, bytesDown: 0 };
	try {
		grant = await findGitProxyGrant(o.db, { devboxId: s.devboxId, fullName: s.asked.fullName });
		const access = await requireAccess(o, { ...s, grant, signal });
		const sniff = openCommandSniffer();
		await forwardGit({
			forwarded,
			...s,
			url: urlOf(access, s),
			...access,
			guard: o.guard,
			signal,
			onBody: sniff.see,
		});
		if (!s.asked.isAdvertisement && !sniff.isListing()) await audit(o, s, { grant, forwarded, outcome: "success" });
	} catch (error) {
		const known = error instanceof AppError ? error : null;
		if (!known && !signal.aborted) o.log.warn({ err: error, devbox: s.devboxId }, "git's request was not served");
		const outcome = known?.code === "forbidden" || known?.code === "not_found" ? "refused" : "failed";
		await audit(o, s, { grant, forwarded, outcome, reason: known?.message ?? brokenOff(forwarded) });
		const status = known?.code === "unavailable" || known?.code === "timeout" || !known ? 503 : 403;
		refuse(s.response, status, known?.message ?? "Something went wrong. Try again.");
	}
}

/** Whoever hangs up may have what they came for: a push that was sent whole happens all the same. */
function brokenOff({ bytesUp, bytesDown }: Forwarded): string {
	if (bytesUp + bytesDown === 0) return "It broke off before anything had gone through.";
	return "git hung up before the end. What had gone through by then may have been enough.";
}

/** Throws AppError `forbidden` with what to do, and whatever GitHub has to say. */
async function requireAccess(
	o: GitProxyInput,
	s: Serving & { grant: GitProxyGrant | null; signal: AbortSignal },
): Promise<GithubRepositoryAccess> {
	const { grant, asked } = s;
	const { fullName } = asked;
	if (!grant) throw forbidden("This devbox may not use its owner's GitHub connection any more.");
	if (!grant.isAllowed)
		throw forbidden("This workspace has turned off git with your GitHub connection in devboxes. Ask an admin.");
	if (grant.isWithheld)
		throw forbidden(
			"This devbox was handed over, and its owner has not allowed their GitHub connection in it. They do so on its Overview page.",
		);
	if (!grant.repository) throw forbidden(`${fullName} is no repository that this devbox was created with.`);
	if (asked.service === "git-receive-pack" && !grant.repository.push)
		throw forbidden(`Pushing to ${fullName} was not chosen when this devbox was created.`);
	const person = { userId: grant.ownerId, workspaceId: grant.workspaceId };
	const access = await o.github.repository({ ...person, fullName, signal: s.signal });
	if (access.repoId !== grant.repository.repoId)
		throw forbidden(`${fullName} is another repository now than when this devbox was created.`);
	return access;
}

function urlOf(access: GithubRepositoryAccess, { asked }: Serving): URL {
	const end = asked.isAdvertisement ? `info/refs?service=${asked.service}` : asked.service;
	return new URL(`${access.cloneUrl}/${end}`);
}

/** The protocol's second version lists refs by a POST of its own, which brings nothing away. */
function openCommandSniffer(): { see: (chunk: Buffer) => void; isListing: () => boolean } {
	let head = "";
	return {
		see(chunk) {
			if (head.length < 32) head += chunk.subarray(0, 32).toString("latin1");
		},
		isListing: () => head.startsWith("0014command=ls-refs"),
	};
}

function forbidden(message: string): AppError {
	return new AppError({ code: "forbidden", message });
}

/** git shows a plain text to its user. */
function refuse(response: ServerResponse, status: number, message: string): void {
	if (response.headersSent || response.destroyed) {
		response.destroy();
		return;
	}
	response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
	response.end(`${message}\n`);
}

async function audit(
	o: GitProxyInput,
	s: Serving,
	a: { grant: GitProxyGrant | null; outcome: AuditOutcome; forwarded: Forwarded; reason?: string },
): Promise<void> {
	if (!a.grant) return;
	const { devboxId, devboxName, workspaceId, ownerId, ownerLogin } = a.grant;
	await recordAudit(o.db.pool, {
		workspaceId,
		actor: { kind: "box", userId: ownerId, login: ownerLogin },
		action: s.asked.service === "git-receive-pack" ? "git.push" : "git.fetch",
		target: { kind: "devbox", id: devboxId, name: devboxName },
		outcome: a.outcome,
		detail: {
			repository: s.asked.fullName,
			bytes_up: a.forwarded.bytesUp,
			bytes_down: a.forwarded.bytesDown,
			...(a.reason ? { reason: a.reason } : {}),
		},
	}).catch((error: unknown) => o.log.error({ err: error, devbox: devboxId }, "a use of the git proxy was not told"));
}
