import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { newId } from "../domain/ids.ts";
import { openLog } from "../log/log.ts";
import { createSession } from "./session.ts";
import { openSignInRefusals, recordSessionBegin, recordSessionEnd } from "./sign-in-audit.ts";

let database: TestDatabase;
const workspaceId = newId("workspace");
const userId = newId("user");

beforeAll(async () => {
	database = await createTestDatabase();
	const { prisma } = database.db;
	await prisma.workspace.create({ data: { id: workspaceId, name: "test" } });
	await prisma.user.create({ data: { id: userId, login: "grace" } });
	await prisma.member.create({ data: { workspaceId, userId, role: "member" } });
});

afterAll(() => database.close());

const events = () => database.db.prisma.auditEvent.findMany({ orderBy: { seq: "asc" } });

test("a sign-in and its end are told, without the session's token", async () => {
	const sessionToken = await createSession(database.db, { userId, method: "github", userAgent: null });
	await recordSessionBegin(database.db, { sessionToken, method: "github", address: "203.0.113.7" });
	await recordSessionEnd(database.db, { sessionToken, address: "203.0.113.8" });
	const told = await events();
	expect(told).toMatchObject([
		{ action: "session.begin", userId, login: "grace", workspaceId, address: "203.0.113.7", outcome: "success" },
		{ action: "session.end", userId, address: "203.0.113.8" },
	]);
	expect(JSON.stringify(told, (_, value) => (typeof value === "bigint" ? String(value) : value))).not.toContain(
		sessionToken,
	);
});

test("refused sign-ins are told to the admins, so many a minute and no more", async () => {
	let now = 1_700_000_000_000;
	const refuse = openSignInRefusals({ log: openLog("test", { level: "silent" }), now: () => now });
	const refusal = { login: "mallory", method: "github", reason: "not_invited", address: "203.0.113.9" };
	for (let n = 0; n < 40; n++) await refuse(database.db, refusal);
	const refused = async () => (await events()).filter(({ action }) => action === "session.refused");
	expect(await refused()).toHaveLength(30);
	now += 60_000;
	await refuse(database.db, refusal);
	expect((await refused()).at(-1)).toMatchObject({ login: "mallory", outcome: "refused", userId: null, workspaceId });
	expect(await refused()).toHaveLength(31);
});
