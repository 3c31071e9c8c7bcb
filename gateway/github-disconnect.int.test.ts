/** Disconnecting GitHub while a refresh of its tokens is under way: no token that GitHub gave out is left alive there. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { putGithubConnection } from "../lib/db/github-connections.ts";
import { keepForRevocation } from "../lib/db/github-revocations.ts";
import { createTestDatabase, type TestDatabase } from "../lib/db/test-database.ts";
import { newId } from "../lib/domain/ids.ts";
import { SecretText } from "../lib/domain/secret-text.ts";
import { openGithubConnections } from "../lib/github/github-connection.ts";
import type { GithubOauth, IssuedTokens } from "../lib/github/github-oauth.ts";
import { openGithubTokens } from "../lib/github/github-tokens.ts";
import { openLog } from "../lib/log/log.ts";
import { openEnvelopeSealer } from "../lib/vault/envelope-sealer.ts";
import { newKeyLine, parseKeyRing } from "../lib/vault/key-ring.ts";

const baseUrl = "https://github.example.com";
const sealer = openEnvelopeSealer(parseKeyRing(newKeyLine(1), "test"));
const person = { workspaceId: newId("workspace"), userId: newId("user") };

let database: TestDatabase;
/** What GitHub has given out and takes. */
let alive: Set<string>;
let onRefresh: () => Promise<unknown>;
let onRevoke: () => Promise<unknown>;

const issue = (accessToken: string): IssuedTokens => {
	alive.add(accessToken);
	return {
		accessToken: new SecretText(accessToken),
		refreshToken: new SecretText(`refresh of ${accessToken}`),
		expiresInSeconds: 3_600,
		scopes: [],
	};
};
const oauth: GithubOauth = {
	authorizeUrl: () => "",
	exchange: async () => null,
	async refresh() {
		const issued = issue(`renewed ${alive.size}`);
		await onRefresh();
		return issued;
	},
	async revoke({ accessToken }) {
		await onRevoke();
		return alive.delete(accessToken.reveal()) ? "revoked" : "unknown";
	},
};

beforeAll(async () => {
	database = await createTestDatabase();
	const { prisma } = database.db;
	await prisma.workspace.create({ data: { id: person.workspaceId, name: "Test" } });
	await prisma.user.create({
		data: { id: person.userId, login: "ann", members: { create: { workspaceId: person.workspaceId, role: "member" } } },
	});
});
afterAll(() => database.close());

const open = () => {
	const { db } = database;
	const tokens = openGithubTokens({
		db,
		sealer,
		baseUrl,
		oauth,
		log: openLog("test", { level: "silent" }),
		now: Date.now,
	});
	return { tokens, connections: openGithubConnections({ db, tokens, oauth, baseUrl, now: Date.now }) };
};

beforeEach(async () => {
	alive = new Set();
	onRefresh = async () => undefined;
	onRevoke = async () => undefined;
	const issued = issue("first");
	await putGithubConnection(database.db, {
		...person,
		githubUrl: baseUrl,
		githubUserId: 1,
		githubLogin: "ann",
		scopes: [],
		accessExpiresAt: null,
		mayLinkSignIn: false,
		seal: (at) => open().tokens.seal(issued, { workspaceId: person.workspaceId, ...at }),
	});
});

/** GitHub refuses the token that is kept, so that it is refreshed. */
const refresh = () =>
	open().tokens.use<null>(person, async ({ accessToken }) =>
		accessToken.reveal() === "first" ? { kind: "token_refused" } : { kind: "ok", value: null, pagesMax: 1 },
	);

describe("a token that was renewed", () => {
	test("after the disconnection is revoked", async () => {
		onRefresh = () => open().connections.disconnect(person);
		await expect(refresh()).rejects.toMatchObject({ code: "conflict" });
		expect([...alive]).toEqual([]);
		expect(await database.db.prisma.githubConnection.count()).toBe(0);
	});

	test("after its member was removed waits where the one before does, and is revoked as that one would be", async () => {
		const { prisma } = database.db;
		const member = { workspaceId_userId: person };
		onRefresh = () =>
			prisma.$transaction(async (tx) => {
				await keepForRevocation(tx, person);
				await tx.member.delete({ where: member });
			});
		await expect(refresh()).rejects.toMatchObject({ code: "conflict" });
		expect([...alive]).toEqual(["first", "renewed 1"]);
		const kept = await prisma.githubRevocation.findFirstOrThrow();
		expect(await open().connections.revoke(kept)).toEqual({ why: null, version: kept.version });
		expect([...alive]).toEqual(["first"]);
		await prisma.githubRevocation.deleteMany();
		await prisma.member.create({ data: { ...person, role: "member" } });
	});

	test("while the disconnection told GitHub of the one before is revoked as well", async () => {
		let isRefreshed = false;
		onRevoke = async () => {
			if (isRefreshed) return;
			isRefreshed = true;
			await refresh();
		};
		expect(await open().connections.disconnect(person)).toEqual({ wasConnected: true, problem: null });
		expect([...alive]).toEqual([]);
		expect(await database.db.prisma.githubConnection.count()).toBe(0);
	});
});
