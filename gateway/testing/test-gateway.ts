/** A gateway in this process for tests: a real database, a port of its own, people with sessions, boxes as rows. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createSession } from "../../lib/auth/session.ts";
import { readConfig } from "../../lib/config/config.ts";
import type { ApiTokenKind } from "../../lib/db/api-tokens.ts";
import { type Database, openDatabase } from "../../lib/db/database.ts";
import { createTestDatabase } from "../../lib/db/test-database.ts";
import { hashToken, newApiToken } from "../../lib/db/token-hash.ts";
import { type Role, type Scope, scopes } from "../../lib/domain/actor.ts";
import { newId } from "../../lib/domain/ids.ts";
import { newLinkKeys } from "../../lib/link/link-keys.ts";
import { openLog } from "../../lib/log/log.ts";
import { newKeyLine } from "../../lib/vault/key-ring.ts";
import type { StrangerLimits } from "../edge/stranger-limits.ts";
import { type Gateway, type OpenLinks, startGateway } from "../gateway.ts";

export type TestPerson = { userId: string; workspaceId: string; sessionId: string; cookie: string };

export type TestGateway = {
	db: Database;
	gateway: Gateway;
	/** `http://127.0.0.1:<port>` */
	origin: string;
	/** What stands in for Next: answers with what it was asked. */
	web: Server;
	addPerson(o?: { role?: Role; workspaceId?: string }): Promise<TestPerson>;
	/** A row as a worker would leave it: ready and running unless told. */
	addDevbox(
		person: TestPerson,
		o?: { name?: string; state?: string; power?: string; desiredState?: string },
	): Promise<string>;
	/** A live personal token with all that the person may, unless told. */
	addToken(person: TestPerson, o?: TestTokenOptions): Promise<{ id: string; token: string }>;
	request(path: string, o?: RequestOptions): Promise<Response>;
	/** One more gateway on the same database, as `replicas: 2` has it. The test closes it. */
	startAnother(): Promise<{ origin: string; gateway: Gateway; close(): Promise<void> }>;
	/** The gateway goes, politely, and another one comes, at a port of its own. */
	restart(): Promise<void>;
	close(): Promise<void>;
};

export type TestTokenOptions = { kind?: ApiTokenKind; scopes?: Scope[]; expiresAt?: Date };

export type RequestOptions = {
	as?: TestPerson;
	method?: string;
	/** Sent as JSON unless it is text already. */
	body?: unknown;
	headers?: Record<string, string>;
	signal?: AbortSignal;
};

type Options = {
	openLinks?: OpenLinks;
	/** The way to PostgreSQL that the gateway takes; the test's own stays direct. */
	routeDatabase?: (url: string) => Promise<string>;
	databaseWaitMs?: number;
	limits?: Partial<StrangerLimits>;
	env?: Record<string, string>;
};

const noLinks: OpenLinks = () => {
	throw new Error("this test opens no links");
};

export async function startTestGateway(o: Options = {}): Promise<TestGateway> {
	const { db, url, close: dropDatabase } = await createTestDatabase();
	const web = await startEchoWeb();
	const gatewayUrl = o.routeDatabase ? await o.routeDatabase(url) : url;
	const gatewayDb = openDatabase(gatewayUrl, { applicationName: "test-gateway" });
	const hostKey = await writeHostKey();
	const config = readConfig({
		DEVBOX_INSTALL_ID: "test00",
		DEVBOX_DATA: "/nonexistent",
		DATABASE_URL: gatewayUrl,
		PUBLIC_URL: "http://devbox.test",
		DEVBOX_LISTEN: "127.0.0.1:0",
		DEVBOX_SSH_LISTEN: "127.0.0.1:0",
		SSH_PUBLIC_HOST: "127.0.0.1",
		SSH_HOST_KEY_FILE: hostKey.file,
		DEVBOX_WEB_URL: `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
		// Whoever tests the limits sets some.
		DEVBOX_RATE_LIMIT: "0",
		DEVBOX_KEY_ENCRYPTION_KEY: newKeyLine(1),
		...o.env,
	});
	const host = await addHost(db);
	const start = (ownDb = gatewayDb) =>
		startGateway({
			config,
			db: ownDb,
			openLinks: o.openLinks ?? noLinks,
			log: openLog("test", { level: process.env.LOG_LEVEL ?? "silent" }),
			databaseWaitMs: o.databaseWaitMs,
			limits: o.limits,
		});
	let gateway = await start();
	const originOf = (of = gateway) => `${config.tls ? "https" : "http"}://127.0.0.1:${of.address.port}`;
	return {
		db,
		get gateway() {
			return gateway;
		},
		get origin() {
			return originOf();
		},
		web,
		addPerson: (person) => addPerson(db, person),
		addDevbox: (person, box) => addDevbox(db, host, person, box),
		addToken: (person, token) => addToken(db, person, token),
		request: (path, options) => requestOf(originOf(), path, options),
		async startAnother() {
			const anotherDb = openDatabase(gatewayUrl, { applicationName: "test-gateway" });
			const another = await start(anotherDb);
			const close = () => another.close().then(() => anotherDb.close());
			return { origin: originOf(another), gateway: another, close };
		},
		async restart() {
			await gateway.close();
			gateway = await start();
		},
		async close() {
			await gateway.close();
			await gatewayDb.close();
			await rm(hostKey.folder, { recursive: true });
			web.closeAllConnections();
			await new Promise((resolve) => web.close(resolve));
			await dropDatabase();
		},
	};
}

async function writeHostKey(): Promise<{ folder: string; file: string }> {
	const folder = await mkdtemp(path.join(tmpdir(), "devbox-test-keys-"));
	const file = path.join(folder, "ssh-host-key");
	await writeFile(file, newLinkKeys().private.reveal(), { mode: 0o600 });
	return { folder, file };
}

/** As a page of that origin asks. */
export function requestOf(origin: string, path: string, o: RequestOptions = {}): Promise<Response> {
	const isText = typeof o.body === "string" || o.body === undefined;
	return fetch(`${origin}${path}`, {
		method: o.method ?? (o.body === undefined ? "GET" : "POST"),
		headers: {
			origin,
			...(o.as ? { cookie: o.as.cookie } : {}),
			...(o.body === undefined ? {} : { "content-type": "application/json" }),
			...o.headers,
		},
		body: isText ? (o.body as string | undefined) : JSON.stringify(o.body),
		signal: o.signal ?? AbortSignal.timeout(30_000),
		redirect: "manual",
	});
}

async function startEchoWeb(): Promise<Server> {
	const web = createServer((incoming, response) => {
		response.setHeader("X-Powered-By", "Next.js");
		response.setHeader("Content-Type", "application/json");
		const chunks: Buffer[] = [];
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.on("end", () => {
			const { method, url, headers } = incoming;
			response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
		});
	});
	await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
	return web;
}

async function addHost(db: Database): Promise<string> {
	const id = newId("host");
	const reached = { engine: "simulated", endpoint: "simulated:instant", project: "p", profile: "box", pool: "p" };
	await db.prisma.host.create({ data: { id, name: "test", status: "online", ...reached } });
	await db.prisma.image.create({
		data: { id: newId("image"), name: "builtin:base", ref: "builtin:base@0", description: "base", sizeBytes: 1n },
	});
	return id;
}

/** With a workspace of their own unless told, and a session. */
export async function addPerson(db: Database, o: { role?: Role; workspaceId?: string } = {}): Promise<TestPerson> {
	const workspaceId = o.workspaceId ?? newId("workspace");
	const userId = newId("user");
	if (!o.workspaceId) await db.prisma.workspace.create({ data: { id: workspaceId, name: "test" } });
	await db.prisma.user.create({ data: { id: userId, login: userId } });
	await db.prisma.member.create({ data: { workspaceId, userId, role: o.role ?? "owner" } });
	return signIn(db, { userId, workspaceId });
}

/** One more browser of the same person. */
export async function signIn(db: Database, person: Pick<TestPerson, "userId" | "workspaceId">): Promise<TestPerson> {
	const { userId, workspaceId } = person;
	const token = await createSession(db, { userId, method: "sign_in_link", userAgent: "test" });
	const session = await db.prisma.session.findFirstOrThrow({ where: { userId }, orderBy: { createdAt: "desc" } });
	return { userId, workspaceId, sessionId: session.id, cookie: `devbox_session=${token}` };
}

async function addDevbox(
	db: Database,
	hostId: string,
	person: TestPerson,
	o: { name?: string; state?: string; power?: string; desiredState?: string } = {},
): Promise<string> {
	const id = newId("devbox");
	await db.prisma.devbox.create({
		data: {
			id,
			hostId,
			workspaceId: person.workspaceId,
			ownerId: person.userId,
			name: o.name ?? id.replace("_", "-"),
			image: "builtin:base",
			imageRef: "builtin:base@0",
			size: "s",
			state: o.state ?? "ready",
			power: o.power ?? "running",
			desiredState: o.desiredState ?? "running",
		},
	});
	return id;
}

async function addToken(db: Database, person: TestPerson, o: TestTokenOptions = {}) {
	const kind = o.kind ?? "personal";
	const token = newApiToken(kind);
	const { id } = await db.prisma.apiToken.create({
		data: {
			id: newId("apiToken"),
			workspaceId: person.workspaceId,
			userId: person.userId,
			kind,
			name: "test",
			tokenHash: hashToken(token),
			hint: token.slice(-4),
			scopes: o.scopes ?? [...scopes],
			expiresAt: o.expiresAt ?? null,
		},
	});
	return { id, token };
}
