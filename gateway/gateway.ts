/**
 * The front door, put together: what hears of changes, who is signed in, which hosts can be reached, the API, the terminals and the
 * way to the web process, behind one listening socket.
 */
import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { sessionCookieName } from "../lib/auth/session.ts";
import type { Config } from "../lib/config/config.ts";
import type { Database } from "../lib/db/database.ts";
import { findDevboxPresence } from "../lib/db/devbox-presence.ts";
import type { BoxLinks } from "../lib/domain/box-link.ts";
import type { HostConnection } from "../lib/engines/registry.ts";
import type { BoxIdentity } from "../lib/link/control-socket.ts";
import type { Log } from "../lib/log/log.ts";
import { createApi } from "./api/create-api.ts";
import { openEventStreams } from "./api/event-streams.ts";
import { openRateLimits } from "./api/rate-limits.ts";
import { openChangeFeed } from "./changes/change-feed.ts";
import { openCredentials } from "./credentials/credentials.ts";
import { createFrontDoor } from "./edge/front-door.ts";
import { createHealth } from "./edge/health.ts";
import { knownHosts } from "./edge/known-hosts.ts";
import { parseTrustedProxies, readRequestEdge } from "./edge/request-edge.ts";
import { openHostDirectory } from "./hosts/host-directory.ts";
import { devboxIdOf, openLinkGuard } from "./hosts/link-guard.ts";
import { trackLinks } from "./hosts/tracked-links.ts";
import { openWebProxy } from "./proxy/web-proxy.ts";
import { openTerminalServer } from "./terminal/terminal-server.ts";

/** Links into the boxes of one host; `identity` answers a box that asks over its control socket who it is. */
export type OpenLinks = (
	host: HostConnection,
	o: { identity: (instance: string) => Promise<BoxIdentity>; log: Log },
) => BoxLinks;

export type GatewayOptions = {
	config: Config;
	db: Database;
	openLinks: OpenLinks;
	log: Log;
	/** How long a polled read waits for a database that is away, ms; 20 s unless told. */
	databaseWaitMs?: number;
};

export type Gateway = {
	/** Where it listens. */
	address: AddressInfo;
	/** Takes no more, says goodbye to every stream, and resolves within 4 s. The database stays the caller's. */
	close(): Promise<void>;
};

/** Milliseconds that requests under way get to end once the server closes. */
const drainMs = 2_000;

export async function startGateway(o: GatewayOptions): Promise<Gateway> {
	const { config, db, log } = o;
	const trusted = parseTrustedProxies(config.trustedProxies);
	const readEdge = (request: IncomingMessage) => readRequestEdge(request, { isTls: config.tls !== null, trusted });
	const changes = await openChangeFeed({ db, log });
	const credentials = openCredentials({ db, changes, log });
	const used = new Set<string>();
	const identity = (instance: string) => identityOf(db, instance);
	const hosts = await openHostDirectory({
		db,
		changes,
		installId: config.installId,
		dataDir: config.dataDir,
		openLinks: (host) => trackLinks(o.openLinks(host, { identity, log }), used),
		log,
	});
	const guard = openLinkGuard({ db, changes, used, drop: hosts.dropLinks, log });
	const shared = {
		deps: { db, linksOf: hosts.linksOf },
		credentials,
		changes,
		cookieName: sessionCookieName(config.publicUrl),
		publicUrl: config.publicUrl,
		readEdge,
		log,
	};
	const events = openEventStreams(shared);
	const terminals = openTerminalServer(shared);
	const rateLimits = openRateLimits(config.requestsPerMinute);
	const api = createApi({
		...shared,
		rateLimits,
		streams: { streamEvents: events.open },
		databaseWaitMs: o.databaseWaitMs,
	});
	const web = openWebProxy({ webUrl: new URL(config.webUrl), allowUpgrades: config.isDev, readEdge, log });
	const server = createFrontDoor({
		...shared,
		tls: config.tls,
		hosts: knownHosts({ publicUrl: config.publicUrl, listenHost: config.listen.host }),
		api: getRequestListener((request, env) => api.fetch(request, env as never)) as RequestListener,
		health: createHealth({ db, isWebReachable: web.isReachable, log }),
		terminals,
		web,
	});

	async function close(): Promise<void> {
		const closed = closeServer(server);
		terminals.close();
		events.close();
		await closed;
		guard.close();
		credentials.close();
		web.close();
		await within(drainMs, Promise.all([hosts.close(), changes.close()]));
	}

	try {
		await listen(server, config.listen);
	} catch (error) {
		await close();
		throw error;
	}
	return { address: server.address() as AddressInfo, close };
}

async function identityOf(db: Database, instance: string): Promise<BoxIdentity> {
	const presence = await findDevboxPresence(db, devboxIdOf(instance));
	if (!presence) throw new Error(`${instance} is no devbox`);
	return { devboxId: presence.id, name: presence.name };
}

function listen(server: Server, at: { host: string; port: number }): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen({ host: at.host, port: at.port }, () => {
			server.off("error", reject);
			resolve();
		});
	});
}

/** Requests under way may end; who has not after `drainMs` is cut off. */
async function closeServer(server: Server): Promise<void> {
	if (!server.listening) return;
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	// A connection whose stream has just ended becomes idle only now, and would be kept for the next request.
	const sweep = setInterval(() => server.closeIdleConnections(), 50);
	const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
	await within(drainMs + 500, closed);
	clearInterval(sweep);
	clearTimeout(cutOff);
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const deadline = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, ms);
	});
	await Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
