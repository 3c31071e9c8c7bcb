import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDevboxRequest } from "../../lib/contract/devboxes.ts";
import { claimIdempotencyKey, unlockIdempotencyKey } from "../../lib/db/idempotency-keys.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let ann: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson();
	await gate.db.prisma.member.updateMany({ where: { userId: ann.userId }, data: { devboxQuota: 100 } });
});

afterAll(() => gate.close());

function create(key: string, body: unknown, as = ann): Promise<Response> {
	return gate.request("/api/v1/devboxes", { as, body, headers: { "idempotency-key": key } });
}

test("the same key and request make one devbox, and the second answer is the first", async () => {
	const first = await create("k1", { name: "once" });
	const again = await create("k1", { name: "once" });
	expect([first.status, again.status]).toEqual([202, 202]);
	expect([first, again].map((answer) => answer.headers.get("idempotency-replayed"))).toEqual([null, "true"]);
	expect(await again.json()).toEqual(await first.json());
	expect(await gate.db.prisma.devbox.count({ where: { name: "once" } })).toBe(1);
});

test("a key that was used with another request is refused and changes nothing", async () => {
	await create("k2", { name: "two" });
	const other = await create("k2", { name: "other" });
	expect(other.status).toBe(422);
	expect(await other.json()).toMatchObject({ detail: [{ loc: ["header", "Idempotency-Key"] }] });
	expect(await gate.db.prisma.devbox.count({ where: { name: "other" } })).toBe(0);
});

test("of many at once one makes the box; the others get its answer, or are told to wait", async () => {
	const answers = await Promise.all(Array.from({ length: 12 }, () => create("k3", { name: "crowd" })));
	const statuses = new Set(answers.map(({ status }) => status));
	expect([...statuses].filter((status) => status !== 202 && status !== 409)).toEqual([]);
	expect(statuses.has(202)).toBe(true);
	for (const answer of answers.filter(({ status }) => status === 409))
		expect(answer.headers.get("retry-after")).toBe("1");
	expect(await gate.db.prisma.devbox.count({ where: { name: "crowd" } })).toBe(1);
});

test("a refused request frees its key", async () => {
	expect((await create("k4", { name: "once" })).status).toBe(409);
	expect((await create("k4", { name: "once-more" })).status).toBe(202);
});

test("a gateway that died in the middle leaves a key whose repetition finds what was made", async () => {
	const made = (await (await create("k5", { name: "survivor" })).json()) as { id: string };
	const at = { userId_operation_key: { userId: ann.userId, operation: "createDevbox", key: "k5" } };
	await gate.db.prisma.idempotencyKey.update({ where: at, data: { status: "running", answer: undefined } });
	expect((await create("k5", { name: "survivor" })).status).toBe(409);
	await gate.db.prisma.idempotencyKey.update({ where: at, data: { lockedUntil: new Date(0) } });
	const again = await create("k5", { name: "survivor" });
	expect([again.status, await again.json()]).toMatchObject([202, { id: made.id }]);
});

/** Such writes fail as if PostgreSQL were away, while `call` runs. */
async function whileAway<T>(o: { on: string; when: string }, call: () => Promise<T>): Promise<T> {
	const { prisma } = gate.db;
	await prisma.$executeRawUnsafe(`CREATE OR REPLACE FUNCTION be_away() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN RAISE EXCEPTION 'the database system is starting up' USING ERRCODE = '57P03'; END $$`);
	await prisma.$executeRawUnsafe(
		`CREATE TRIGGER be_away BEFORE INSERT OR UPDATE ON ${o.on} FOR EACH ROW WHEN (${o.when}) EXECUTE FUNCTION be_away()`,
	);
	try {
		return await call();
	} finally {
		await prisma.$executeRawUnsafe(`DROP TRIGGER be_away ON ${o.on}`);
	}
}

test("after a 503 the same key is answered at once, and makes what the first try did not", async () => {
	const away = await whileAway({ on: "devboxes", when: "NEW.name = 'later'" }, () => create("k7", { name: "later" }));
	expect(away.status).toBe(503);
	expect(await gate.db.prisma.devbox.count({ where: { name: "later" } })).toBe(0);
	expect((await create("k7", { name: "later" })).status).toBe(202);
	expect(await gate.db.prisma.devbox.count({ where: { name: "later" } })).toBe(1);
});

test("after a 503 the same key is answered at once, and finds what the first try made", async () => {
	const away = await whileAway({ on: "idempotency_keys", when: "NEW.status = 'done'" }, () =>
		create("k8", { name: "half" }),
	);
	expect(away.status).toBe(503);
	const { id } = await gate.db.prisma.devbox.findFirstOrThrow({ where: { name: "half" } });
	const again = await create("k8", { name: "half" });
	expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([202, null]);
	expect(await again.json()).toMatchObject({ id });
	expect((await create("k8", { name: "half" })).headers.get("idempotency-replayed")).toBe("true");
});

test("a try that ends late does not unlock the key under the one that has it now", async () => {
	const at = { userId: ann.userId, operation: "createDevbox", key: "k9" };
	const claim = () => claimIdempotencyKey(gate.db, { ...at, inputHashes: ["hash"], newResourceId: "dbx_late" });
	const first = await claim();
	await gate.db.prisma.idempotencyKey.update({
		where: { userId_operation_key: at },
		data: { lockedUntil: new Date(0) },
	});
	const second = await claim();
	if (first.kind !== "claimed" || second.kind !== "claimed") throw new Error("both are claims");
	await unlockIdempotencyKey(gate.db, { ...at, lockedUntil: first.lockedUntil });
	expect(await claim()).toEqual({ kind: "running" });
	await unlockIdempotencyKey(gate.db, { ...at, lockedUntil: second.lockedUntil });
	expect(await claim()).toMatchObject({ kind: "claimed", resourceId: "dbx_late" });
});

test("keys are each person's own, and one that cannot be stored is refused", async () => {
	const bob = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
	const ofBob = await create("k1", { name: "bobs" }, bob);
	expect([ofBob.status, ofBob.headers.get("idempotency-replayed")]).toEqual([202, null]);
	expect((await create("k".repeat(256), { name: "long" })).status).toBe(422);
});

test("what is kept of a request is a keyed hash: whoever reads the database can check no guess at its secrets", async () => {
	const body = { name: "guessed", env: { PIN: "1234" } };
	expect((await create("k6", body)).status).toBe(202);
	const at = { userId_operation_key: { userId: ann.userId, operation: "createDevbox", key: "k6" } };
	const { inputHash } = await gate.db.prisma.idempotencyKey.findUniqueOrThrow({ where: at });
	const parsed = { headers: {}, body: createDevboxRequest.parse(body) };
	const guesses = [parsed, JSON.parse(SecretText.ofJson(parsed).reveal())].map((guess) =>
		createHash("sha256").update(JSON.stringify(guess)).digest("hex"),
	);
	expect(guesses).not.toContain(inputHash);
	expect(inputHash).toMatch(/^[0-9a-f]{64}$/);
	// Another value of the same variable is another request.
	expect((await create("k6", { ...body, env: { PIN: "1235" } })).status).toBe(422);
	expect((await create("k6", body)).headers.get("idempotency-replayed")).toBe("true");
});
