/** Whoever is removed leaves no token behind: neither here nor, where GitHub can be asked, there. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { departedMemberResponse } from "../lib/contract/members.ts";
import type { Github } from "../lib/github/open-github.ts";
import { retryRevocations } from "../lib/usecases/github/retry-revocations.ts";
import { type GithubWorld, openGithubWorld } from "./testing/github-world.ts";
import type { TestPerson } from "./testing/test-gateway.ts";

let world: GithubWorld;
let owner: TestPerson;
let leaver: TestPerson;
/** GitHub, as a worker has it open. */
let worker: Github;

beforeAll(async () => {
	world = await openGithubWorld();
	worker = world.openAccess();
});
afterAll(async () => {
	worker.close();
	await world.close();
});
beforeEach(async () => {
	world.github.state.fault = null;
	world.github.state.tokens.clear();
	await world.gate.db.prisma.githubRevocation.deleteMany();
	owner = await world.gate.addPerson();
	leaver = await world.gate.addPerson({ role: "member", workspaceId: owner.workspaceId });
	await world.connect(leaver);
	expect(world.github.state.tokens.size).toBe(1);
});

const remove = (as = owner) =>
	world.gate.request(`/api/v1/members/${leaver.userId}/remove`, { as, method: "POST", body: {} });
const connections = () => world.gate.db.prisma.githubConnection.count({ where: { userId: leaver.userId } });

test("a removed member's token is dead at GitHub, and the audit log says so", async () => {
	const answer = await remove();
	expect(answer.status).toBe(200);
	expect(departedMemberResponse.parse(await answer.json()).github).toEqual({ is_revoked: true, problem: null });
	expect([world.github.state.tokens.size, await connections()]).toEqual([0, 0]);
	expect(await world.gate.db.prisma.githubRevocation.count()).toBe(0);
	const event = await world.gate.db.prisma.auditEvent.findFirst({ where: { action: "member.remove" } });
	expect(event?.detail).toMatchObject({ github_revoked: true });
});

test("a GitHub that is down keeps nobody in: the answer says what is left, and a worker goes on trying", async () => {
	world.github.state.fault = { kind: "status", status: 502 };
	const answer = await remove();
	expect(answer.status).toBe(200);
	const { github } = departedMemberResponse.parse(await answer.json());
	expect(github).toMatchObject({ is_revoked: false, problem: expect.stringContaining("tried again for a day") });
	expect(await connections()).toBe(0);
	expect(await world.gate.db.prisma.member.count({ where: { userId: leaver.userId } })).toBe(0);

	const { prisma } = world.gate.db;
	const revocation = () => prisma.githubRevocation.findFirst({ where: { userId: leaver.userId } });
	const retry = async () => {
		await prisma.githubRevocation.updateMany({ data: { dueAt: new Date() } });
		await retryRevocations({ db: world.gate.db, connections: worker.connections });
	};
	const outcomes = async () => {
		const where = { action: "github.disconnect", targetId: leaver.userId };
		return (await prisma.auditEvent.findMany({ where })).map(({ outcome, detail }) => ({ outcome, detail }));
	};
	await retryRevocations({ db: world.gate.db, connections: worker.connections });
	expect(await revocation()).toMatchObject({ tries: 0 });
	await retry();
	await retry();
	const waiting = await revocation();
	expect(waiting).toMatchObject({ tries: 2 });
	expect(Math.round(((waiting?.dueAt.getTime() ?? 0) - Date.now()) / 1000)).toBeGreaterThan(100);
	expect([world.github.state.tokens.size, await outcomes()]).toEqual([1, []]);
	world.github.state.fault = null;
	await retry();
	expect([world.github.state.tokens.size, await revocation()]).toEqual([0, null]);
	expect(await outcomes()).toEqual([
		{ outcome: "success", detail: expect.objectContaining({ is_revoked: true, tries: 3 }) },
	]);
});

test("what GitHub was not told within a day is given up, and the audit log says so", async () => {
	world.github.state.fault = { kind: "status", status: 502 };
	await remove();
	const { prisma } = world.gate.db;
	await prisma.githubRevocation.updateMany({
		data: { createdAt: new Date(Date.now() - 24 * 60 * 60_000), dueAt: new Date() },
	});
	await retryRevocations({ db: world.gate.db, connections: worker.connections });
	expect(await prisma.githubRevocation.count()).toBe(0);
	const event = await prisma.auditEvent.findFirst({ where: { action: "github.disconnect", targetId: leaver.userId } });
	expect(event).toMatchObject({ outcome: "failed", detail: { is_revoked: false } });
});

describe("a token that has expired when its member is removed", () => {
	const revocation = () => world.gate.db.prisma.githubRevocation.findFirst({ where: { userId: leaver.userId } });
	const expire = () =>
		world.gate.db.prisma.githubRevocation.updateMany({ data: { accessExpiresAt: new Date(0), dueAt: new Date() } });
	const retry = (now?: Date) => retryRevocations({ db: world.gate.db, connections: worker.connections, now });
	const refreshes = () => world.github.state.requests.filter((request) => request.endsWith("/access_token")).length;
	const told = async () => {
		const where = { action: "github.disconnect", targetId: leaver.userId };
		const events = await world.gate.db.prisma.auditEvent.findMany({ where });
		return events.map(({ outcome, detail }) => ({ outcome, detail }));
	};

	beforeEach(async () => {
		world.github.state.expiresInSeconds = 3_600;
		world.github.state.requests.length = 0;
		await world.connect(leaver);
		world.github.state.requests.length = 0;
		await world.gate.db.prisma.githubConnection.updateMany({ data: { accessExpiresAt: new Date(0) } });
		return () => {
			world.github.state.expiresInSeconds = null;
		};
	});

	test("is renewed, and what was got is kept until GitHub was told of it", async () => {
		const others = new Set(world.github.state.tokens.keys());
		world.github.state.fault = { kind: "status", status: 502 };
		const { github } = departedMemberResponse.parse(await (await remove()).json());
		expect(github).toMatchObject({ is_revoked: false });
		const kept = await revocation();
		expect(kept?.accessExpiresAt?.getTime()).toBeGreaterThan(Date.now());
		expect(refreshes()).toBe(1);
		// The one that was kept lives, and expires before the next try.
		await expire();
		await retry();
		expect([refreshes(), (await revocation())?.version]).toEqual([2, (kept?.version ?? 0) + 1]);
		world.github.state.fault = null;
		await expire();
		await retry();
		expect([...world.github.state.tokens.keys()].filter((token) => !others.has(token))).toEqual([]);
		expect(await revocation()).toBeNull();
		expect(await told()).toEqual([
			{ outcome: "success", detail: expect.objectContaining({ is_revoked: true, tries: 2 }) },
		]);
	});

	test("and is not renewed is never said to be revoked: that GitHub does not know it proves nothing", async () => {
		// Another process got a new pair with it, and died.
		const spent = [...world.github.state.refreshTokens.entries()];
		for (const [refreshToken, access] of spent) {
			world.github.state.refreshTokens.delete(refreshToken);
			world.github.state.tokens.delete(access);
		}
		const { github } = departedMemberResponse.parse(await (await remove()).json());
		expect(github).toMatchObject({ is_revoked: false, problem: expect.stringContaining("could not be confirmed") });
		await retry(new Date(Date.now() + 120_000));
		expect([await revocation(), await told()]).toEqual([expect.objectContaining({ tries: 1 }), []]);
		await retry(new Date(Date.now() + 25 * 60 * 60_000));
		expect(await revocation()).toBeNull();
		const problem = expect.stringContaining("could not be confirmed");
		expect(await told()).toEqual([
			{ outcome: "failed", detail: expect.objectContaining({ is_revoked: false, problem }) },
		]);
	});
});

test("of two workers that are told of the same end one writes it down", async () => {
	world.github.state.fault = { kind: "status", status: 502 };
	await remove();
	world.github.state.fault = null;
	const { prisma } = world.gate.db;
	await prisma.githubRevocation.updateMany({ data: { dueAt: new Date() } });
	const { db } = world.gate;
	const { connections } = worker;
	const another = () => retryRevocations({ db, connections });
	const slow: typeof connections.revoke = (row) => connections.revoke(row).finally(another);
	await retryRevocations({ db, connections: { revoke: slow } });
	const where = { action: "github.disconnect", targetId: leaver.userId };
	expect(await prisma.auditEvent.count({ where })).toBe(1);
});

test("a removal that is refused, and one from another workspace, revoke nothing", async () => {
	const stranger = await world.gate.addPerson();
	const member = await world.gate.addPerson({ role: "member", workspaceId: owner.workspaceId });
	expect([(await remove(stranger)).status, (await remove(member)).status]).toEqual([404, 403]);
	expect([world.github.state.tokens.size, await connections()]).toEqual([1, 1]);
});

test("whoever has no connection is removed without a word of GitHub", async () => {
	await world.gate.db.prisma.githubConnection.deleteMany({ where: { userId: leaver.userId } });
	expect(departedMemberResponse.parse(await (await remove()).json()).github).toBeNull();
});
