/** Whoever is removed leaves no token behind: neither here nor, where GitHub can be asked, there. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { departedMemberResponse } from "../lib/contract/members.ts";
import { type GithubWorld, openGithubWorld } from "./testing/github-world.ts";
import type { TestPerson } from "./testing/test-gateway.ts";

let world: GithubWorld;
let owner: TestPerson;
let leaver: TestPerson;

beforeAll(async () => {
	world = await openGithubWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
	world.github.state.fault = null;
	world.github.state.tokens.clear();
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
	const event = await world.gate.db.prisma.auditEvent.findFirst({ where: { action: "member.remove" } });
	expect(event?.detail).toMatchObject({ github_revoked: true });
});

test("a GitHub that is down keeps nobody in: the answer says what is left, and nothing of the token is", async () => {
	world.github.state.fault = { kind: "status", status: 502 };
	const answer = await remove();
	expect(answer.status).toBe(200);
	const { github } = departedMemberResponse.parse(await answer.json());
	expect(github).toMatchObject({ is_revoked: false, problem: expect.stringContaining("Only they can still do that") });
	expect(await connections()).toBe(0);
	expect(await world.gate.db.prisma.member.count({ where: { userId: leaver.userId } })).toBe(0);
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
