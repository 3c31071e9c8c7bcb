import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { hashToken, newToken } from "../db/token-hash.ts";
import { newId } from "../domain/ids.ts";
import { spendSignInLink } from "./sign-in-links.ts";

let database: TestDatabase;
const userId = newId("user");

async function makeLink(o: { expiresInMs?: number } = {}): Promise<string> {
	const token = newToken();
	const expiresAt = new Date(Date.now() + (o.expiresInMs ?? 60_000));
	await database.db.prisma.signInLink.create({
		data: { id: newId("signInLink"), tokenHash: hashToken(token), userId, expiresAt },
	});
	return token;
}

beforeAll(async () => {
	database = await createTestDatabase();
	await database.db.prisma.user.create({ data: { id: userId, login: "ada" } });
});
afterAll(() => database.close());

describe("a sign-in link", () => {
	test("signs in exactly once, however many try at the same time", async () => {
		const token = await makeLink();
		const results = await Promise.all(Array.from({ length: 8 }, () => spendSignInLink(database.db, token)));
		expect(results.filter((result) => result !== null)).toEqual([{ userId }]);
	});

	test("does nothing after its time, nor when it never was", async () => {
		expect(await spendSignInLink(database.db, await makeLink({ expiresInMs: -1 }))).toBeNull();
		expect(await spendSignInLink(database.db, newToken())).toBeNull();
		expect(await spendSignInLink(database.db, "' OR 1=1 --")).toBeNull();
	});

	test("of a disabled user stays unused", async () => {
		const token = await makeLink();
		await database.db.prisma.user.update({ where: { id: userId }, data: { disabledAt: new Date() } });
		expect(await spendSignInLink(database.db, token)).toBeNull();
		await database.db.prisma.user.update({ where: { id: userId }, data: { disabledAt: null } });
		expect(await spendSignInLink(database.db, token)).toEqual({ userId });
	});
});
