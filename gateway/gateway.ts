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
import { findSealedKeyIds } from "../lib/db/sealed-keys.ts";
import type { BoxLinks } from "../lib/domain/box-link.ts";
import { AppError } from "../lib/domain/errors.ts";
import { previewBaseOf } from "../lib/domain/preview-host.ts";
import type { HostConnection } from "../lib/engines/registry.ts";
import { githubSettings } from "../lib/github/github-settings.ts";
import { openGithub } from "../lib/github/open-github.ts";
import { openIssuer } from "../lib/identity/open-issuer.ts";
import type { BoxControl } from "../lib/link/control-socket.ts";
import type { Log } from "../lib/log/log.ts";
import { openAddressGuard } from "../lib/net/address-guard.ts";
import { openGuardedFetch } from "../lib/net/guarded-fetch.ts";
import { openSealer } from "../lib/vault/open-sealer.ts";
import { createApi } from "./api/create-api.ts";
import { openEventStreams } from "./api/event-streams.ts";
import { openRateLimits } from "./api/rate-limits.ts";
import { openAuditQueue } from "./audit/audit-queue.ts";
import { openAuditStreams } from "./audit/audit-streams.ts";
import { openChangeFeed } from "./changes/change-feed.ts";
import { openCredentials } from "./credentials/credentials.ts";
import { createFrontDoor } from "./edge/front-door.ts";
import { createHealth } from "./edge/health.ts";
import { knownHosts } from "./edge/known-hosts.ts";
import { parseTrustedProxies, readRequestEdge } from "./edge/request-edge.ts";
import { type StrangerLimits, strangerLimits } from "./edge/stranger-limits.ts";
import { openAttachedExecs } from "./execs/attached-execs.ts";
import { openExecOwners } from "./execs/exec-owners.ts";
import { openExecRoutes } from "./execs/exec-routes.ts";
import { type GatewayPulse, startGatewayPulse } from "./execs/gateway-pulse.ts";
import { openFileStreams } from "./files/file-streams.ts";
import { openGitDoors } from "./git/git-doors.ts";
import { openGitProxyServer } from "./git/git-proxy.ts";
import { openGithubCallback } from "./github/github-callback.ts";
import { gatewayAddress } from "./hosts/gateway-address.ts";
import { openHostDirectory } from "./hosts/host-directory.ts";
import { openLinkGuard } from "./hosts/link-guard.ts";
import { trackLinks } from "./hosts/tracked-links.ts";
import { withEnvironment } from "./hosts/with-environment.ts";
import { openBoxControls } from "./identity/box-controls.ts";
import { openControlHolder } from "./identity/control-holder.ts";
import { createIdentityDocuments } from "./identity/identity-documents.ts";
import { openPreviews } from "./preview/previews.ts";
import { openWebProxy } from "./proxy/web-proxy.ts";
import { openSshServer } from "./ssh/ssh-server.ts";
import { openTerminalServer } from "./terminal/terminal-server.ts";

/** Links into the boxes of one host; `controlOf` answers what a box asks over its control socket. */
export type OpenLinks = (
	host: HostConnection,
	o: { controlOf: (instance: string) => BoxControl; log: Log },
) => BoxLinks;

export type GatewayOptions = {
	config: Config;
	db: Database;
	openLinks: OpenLinks;
	log: Log;
	/** How long a polled read waits for a database that is away, ms; 20 s unless told. */
	databaseWaitMs?: number;
	/** Those of `strangerLimits` unless told. */
	limits?: Partial<StrangerLimits>;
};

export type Gateway = {
	/** Where it listens. */
	address: AddressInfo;
	/** Where its SSH gateway listens; null for none. */
	sshAddress: { host: string; port: number } | null;
	/** Takes no more, says goodbye to every stream, and resolves within 4 s. The database stays the caller's. */
	close(): Promise<void>;
};

/** Milliseconds that requests under way get to end once the server closes. */
const drainMs = 2_000;

export async function startGateway(o: GatewayOptions): Promise<Gateway> {
	const { config, db, log } = o;
	const limits = { ...strangerLimits, ...o.limits };
	const trusted = parseTrustedProxies(config.trustedProxies);
	const readEdge = (request: IncomingMessage) => readRequestEdge(request, { isTls: config.tls !== null, trusted });
	const sealer = await openSealer({ source: config.keyEncryptionKey, keyIdsInUse: await keyIdsInUse(o) });
	const changes = await openChangeFeed({ db, log });
	const credentials = openCredentials({ db, changes, log });
	const audit = openAuditQueue({ db, log });
	const used = new Set<string>();
	const issuer = openIssuer({ pool: db.pool, sealer, publicUrl: config.publicUrl });
	const controlOf = openBoxControls({ db, issuer, audit });
	const hosts = await openHostDirectory({
		db,
		changes,
		installId: config.installId,
		dataDir: config.dataDir,
		openLinks: (host) => trackLinks(withEnvironment(o.openLinks(host, { controlOf, log }), { db, sealer, log }), used),
		log,
	});
	const guard = openLinkGuard({ db, changes, used, drop: hosts.dropLinks, log });
	const github = openGithub({ db, sealer, log, ...githubSettings(config) });
	const { hostname: githubHost } = new URL(config.githubUrl);
	const askOutside = openGuardedFetch(openAddressGuard({ allow: config.allowedAddresses }));
	const gitGuard = openAddressGuard({ allow: [githubHost, ...config.allowedAddresses] });
	const gitDoors = openGitDoors({
		db,
		changes,
		linksOf: hosts.linksOf,
		serverOf: (devboxId) => openGitProxyServer({ db, github, guard: gitGuard, log }, devboxId),
		log,
	});
	const controlHolder = openControlHolder({ db, changes, linksOf: hosts.linksOf, log });
	const execs = openAttachedExecs({ db, changes, linksOf: hosts.linksOf, log });
	const withoutSsh = {
		db,
		linksOf: hosts.linksOf,
		execs,
		sealer,
		github,
		issuer,
		askOutside,
		githubUrl: config.githubUrl,
		publicUrl: config.publicUrl,
		previewBase: previewBaseOf({ publicUrl: config.publicUrl, previewDomain: config.previewDomain }),
	};
	const ssh = config.ssh
		? await openSshServer({ ...config, ssh: config.ssh, deps: withoutSsh, credentials, changes, audit, limits, log })
		: null;
	const shared = {
		deps: { ...withoutSsh, ssh: ssh?.door ?? null },
		credentials,
		changes,
		audit,
		cookieName: sessionCookieName(config.publicUrl),
		publicUrl: config.publicUrl,
		readEdge,
		log,
	};
	const events = openEventStreams(shared);
	const terminals = openTerminalServer(shared);
	const owners = openExecOwners({ ...shared, db, gatewayId: execs.gatewayId, tls: config.tls });
	const execRoutes = openExecRoutes({ ...shared, execs, owners });
	const files = openFileStreams(shared);
	const auditStreams = openAuditStreams(shared);
	const rateLimits = openRateLimits(config.requestsPerMinute);
	const api = createApi({
		...shared,
		rateLimits,
		streams: { ...files.streams, ...auditStreams.streams, ...execRoutes.streams, streamEvents: events.open },
		databaseWaitMs: o.databaseWaitMs,
	});
	const previews = openPreviews(shared);
	const web = openWebProxy({ webUrl: new URL(config.webUrl), allowUpgrades: config.isDev, readEdge, log });
	const server = createFrontDoor({
		...shared,
		tls: config.tls,
		hosts: knownHosts({ publicUrl: config.publicUrl, listenHost: config.listen.host }),
		api: getRequestListener((request, env) => api.fetch(request, env as never)) as RequestListener,
		health: createHealth({ db, isWebReachable: web.isReachable, log }),
		terminals,
		previews,
		githubCallback: openGithubCallback({ ...shared, github }),
		identityDocuments: createIdentityDocuments({ issuer, log }),
		web,
		limits,
	});

	let pulse: GatewayPulse | null = null;
	async function close(): Promise<void> {
		const closed = Promise.all([closeServer(server), ssh?.close()]);
		gitDoors.close();
		controlHolder.close();
		terminals.close();
		events.close();
		// First what is lost with us, so that its readers are told.
		const execsClosed = execs.close();
		execRoutes.close();
		files.close();
		auditStreams.close();
		previews?.close();
		await closed;
		guard.close();
		credentials.close();
		web.close();
		github.close();
		askOutside.close();
		await within(
			drainMs,
			execsClosed.then(() => pulse?.close()),
		);
		// Last, since what ends has something to tell.
		await within(drainMs, Promise.all([hosts.close(), changes.close(), audit.close()]));
	}

	try {
		await ssh?.listen();
		await listen(server, config.listen);
	} catch (error) {
		await close();
		throw error;
	}
	const address = server.address() as AddressInfo;
	pulse = startGatewayPulse({ db, id: execs.gatewayId, address: gatewayAddress(address), log });
	return { address, sshAddress: ssh?.listening ?? null, close };
}

/** A database that is away must not keep the front door shut; the next start looks again, and a wrong key opens nothing meanwhile. */
async function keyIdsInUse({ db, log }: Pick<GatewayOptions, "db" | "log">): Promise<string[]> {
	try {
		return await findSealedKeyIds(db);
	} catch (error) {
		if (!(error instanceof AppError && error.code === "unavailable")) throw error;
		log.warn({ err: error }, "the key-encryption key could not be compared with what the database holds");
		return [];
	}
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
