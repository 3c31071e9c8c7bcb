/** Whoever is removed or disabled is out within 5 s, whatever is open, and the boxes become what the request said. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { departedMemberResponse, memberHoldingsResponse, memberResponse } from "../lib/contract/members.ts";
import { findBoxIdentity } from "../lib/db/box-identities.ts";
import { readWantedSecrets } from "../lib/db/devbox-secrets.ts";
import { findGitProxyGrant } from "../lib/db/git-proxy-grants.ts";
import { newId } from "../lib/domain/ids.ts";
import { readEvents } from "./testing/event-reader.ts";
import { eventually } from "./testing/eventually.ts";
import { readOutcome } from "./testing/exec-client.ts";
import { openBrowser } from "./testing/preview-world.ts";
import { openSshClient, type SshClient } from "./testing/ssh-client.ts";
import { startTerminalBox, type TerminalBox } from "./testing/terminal-box.ts";
import { askTicket, openTerminal } from "./testing/terminal-client.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "./testing/test-gateway.ts";

const outWithinMs = 5_000;

let box: TerminalBox;
let gate: TestGateway;
let web: http.Server;
let owner: TestPerson;
let leaver: TestPerson;
let ssh: SshClient;
const hanging = new Set<http.ServerResponse>();

beforeAll(async () => {
	box = await startTerminalBox();
	const links = box.openLinks({} as never, {} as never);
	const root = await links.get({ instance: "local", user: "root" });
	await root.run({ command: "cp -n /usr/lib/devbox/real/* /usr/lib/devbox/", timeoutMs: 10_000 });
	await links.close();
	gate = await startTestGateway({ openLinks: box.openLinks });
	// What listens in the box: its loopback is this machine's.
	web = http.createServer((request, response) => {
		response.write("hello");
		if (request.url === "/endless") hanging.add(response);
		else response.end();
	});
	await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
	owner = await gate.addPerson();
});

afterAll(async () => {
	web.closeAllConnections();
	web.close();
	ssh.close();
	await gate.close();
	await box.close();
});

beforeEach(async () => {
	leaver = await gate.addPerson({ role: "member", workspaceId: owner.workspaceId });
	ssh?.close();
	ssh = openSshClient({ port: gate.gateway.sshAddress?.port ?? 0 });
});

const go = (verb: "remove" | "disable", person: TestPerson, body: unknown = {}, as = owner) =>
	gate.request(`/api/v1/members/${person.userId}/${verb}`, { as, method: "POST", body });

/** One of everything that a member can have open, each with the promise of its end. */
async function openEverything(devboxId: string) {
	const name = devboxId.replace("_", "-");
	const { token } = await gate.addToken(leaver);
	const body = { name: "laptop", public_key: ssh.publicKey };
	expect((await gate.request("/api/v1/users/me/ssh-keys", { as: leaver, body })).status).toBe(201);

	const terminal = await openTerminal(gate, { url: await askTicket(gate, leaver, devboxId, "stall"), as: leaver });
	await eventually("the terminal", () => terminal.messages.length > 0);
	const shell = ssh.start("ssh", [`${name}@box`, "echo in && sleep 600"], { stdin: "open", timeoutMs: 60_000 });
	await eventually("the SSH connection", () => shell.stdout().includes("in"));
	const byCookie = await readEvents(gate, leaver);
	const byToken = await readEvents(gate, { token });
	await eventually("the event streams", () => byCookie.events.length > 0 && byToken.events.length > 0);
	const exec = await gate.request(`/api/v1/devboxes/${devboxId}/execs/run`, {
		as: leaver,
		body: { argv: ["sleep", "600"] },
		signal: AbortSignal.timeout(60_000),
	});
	expect(exec.status).toBe(200);
	const outcome = readOutcome(exec);
	const browser = openBrowser(gate.gateway.address.port, leaver);
	const preview = `http://${(web.address() as AddressInfo).port}--${name}.preview.devbox.test`;
	expect((await browser.visit(`${preview}/`)).text).toBe("hello");
	const endless = await browser.open(`${preview}/endless`);
	const previewEnded = new Promise((resolve) => endless.once("close", resolve).resume().on("error", resolve));
	return {
		token,
		ended: Promise.all([terminal.closed, shell.ended, byCookie.ended, byToken.ended, outcome, previewEnded]),
		/** What answers when the same is asked for once more. */
		async again() {
			return {
				cookie: (await gate.request("/api/v1/users/me", { as: leaver })).status,
				token: (await gate.request("/api/v1/users/me", { headers: { authorization: `Bearer ${token}` } })).status,
				preview: (await browser.send(`${preview}/`)).status,
				ssh: (await ssh.run("ssh", [`${name}@box`, "true"])).code,
			};
		},
	};
}

describe.each(["remove", "disable"] as const)("to %s a member", (verb) => {
	test("ends their terminal, SSH connection, event streams, exec and preview, and nothing of theirs works any more", async () => {
		const devboxId = await gate.addDevbox(leaver);
		const open = await openEverything(devboxId);
		const startedAt = performance.now();
		const response = await go(verb, leaver);
		expect(response.status).toBe(200);
		await open.ended;
		expect(performance.now() - startedAt).toBeLessThan(outWithinMs);
		expect(await open.again()).toEqual({ cookie: 401, token: 401, preview: 401, ssh: 255 });
	});
});

describe("the boxes of who is removed", () => {
	const boxes = async () => ({
		on: await gate.addDevbox(leaver),
		off: await gate.addDevbox(leaver, { state: "stopped", power: "off", desiredState: "stopped" }),
		young: await gate.addDevbox(leaver, { state: "provisioning", power: "off" }),
	});
	const rowOf = (id: string) => gate.db.prisma.devbox.findUniqueOrThrow({ where: { id }, include: { runs: true } });

	test("are stopped and kept unless told otherwise, as was said before", async () => {
		const { on, off, young } = await boxes();
		const before = await gate.request(`/api/v1/members/${leaver.userId}/holdings`, { as: owner });
		const holdings = memberHoldingsResponse.parse(await before.json());
		const after = departedMemberResponse.parse(await (await go("remove", leaver)).json());
		expect(holdings.devboxes.map(({ id, stop }) => [id, stop])).toEqual(
			after.devboxes.map(({ id, outcome }) => [id, outcome]),
		);
		expect(after.devboxes.map(({ outcome }) => outcome)).toEqual(["stopped", "kept", "destroyed"]);
		expect(await rowOf(on)).toMatchObject({
			ownerId: leaver.userId,
			desiredState: "stopped",
			runs: [{ pipeline: "stop-devbox", status: "pending" }],
		});
		expect(await rowOf(off)).toMatchObject({ state: "stopped", runs: [] });
		expect(await rowOf(young)).toMatchObject({ state: "destroyed", runs: [{ pipeline: "destroy-devbox" }] });
	});

	test("are destroyed when that was chosen", async () => {
		const { on, off, young } = await boxes();
		expect((await go("remove", leaver, { devboxes: "destroy" })).status).toBe(200);
		for (const id of [on, off, young])
			expect(await rowOf(id)).toMatchObject({ state: "destroyed", runs: [{ pipeline: "destroy-devbox" }] });
	});

	test("are handed over, stopped, and are the heir's alone from then on", async () => {
		const { on } = await boxes();
		const heir = await gate.addPerson({ role: "member", workspaceId: owner.workspaceId });
		const { token } = await gate.addToken(leaver);
		const said = await go("remove", leaver, { devboxes: { transfer_to: heir.userId } });
		expect(await said.json()).toMatchObject({ transferred_to: { id: heir.userId } });
		expect(await rowOf(on)).toMatchObject({ ownerId: heir.userId, desiredState: "stopped" });
		expect((await gate.request(`/api/v1/devboxes/${on}`, { as: heir })).status).toBe(200);
		const headers = { authorization: `Bearer ${token}` };
		expect((await gate.request(`/api/v1/devboxes/${on}`, { headers })).status).toBe(401);
	});

	test("use nothing of the heir's before the heir allows it, by a browser or a token that may use secrets", async () => {
		const { prisma } = gate.db;
		const { on } = await boxes();
		const heir = await gate.addPerson({ role: "member", workspaceId: owner.workspaceId });
		await prisma.devboxInputs.create({
			data: { devboxId: on, inheritsSecrets: true, envNames: [], setupCommands: [] },
		});
		await prisma.devboxRepository.create({
			data: {
				devboxId: on,
				position: 0,
				fullName: "org/repo",
				url: "https://github.com/org/repo",
				targetPath: "/workspaces/repo",
				repoId: 7n,
				push: true,
				isProxied: true,
			},
		});
		const secretId = newId("secret");
		await prisma.secret.create({
			data: {
				id: secretId,
				workspaceId: heir.workspaceId,
				ownerId: heir.userId,
				name: "k",
				envName: "K",
				inAllBoxes: true,
			},
		});
		await prisma.secretVersion.create({
			data: {
				id: newId("secretVersion"),
				secretId,
				version: 1,
				sealed: Buffer.from("x"),
				sizeBytes: 1,
				createdBy: heir.userId,
			},
		});
		await go("remove", leaver, { devboxes: { transfer_to: heir.userId } });
		const used = async () => ({
			git: (await findGitProxyGrant(gate.db, { devboxId: on, fullName: "org/repo" }))?.isWithheld === false,
			secrets: (await readWantedSecrets(gate.db.pool, { devboxId: on, patienceMs: 0 })).map(({ envName }) => envName),
			identity: (await findBoxIdentity(gate.db, { devboxId: on }))?.isWithheld === false,
		});
		const allow = async (as: { headers: Record<string, string> } | { as: TestPerson }) =>
			(
				await gate.request(`/api/v1/devboxes/${on}`, {
					...as,
					method: "PATCH",
					body: { credentials_withheld: false },
				})
			).status;
		expect(await used()).toEqual({ git: false, secrets: [], identity: false });
		const { token } = await gate.addToken(heir, { scopes: ["devbox:read", "devbox:write"] });
		expect(await allow({ headers: { authorization: `Bearer ${token}` } })).toBe(403);
		expect(await used()).toEqual({ git: false, secrets: [], identity: false });
		expect(await allow({ as: heir })).toBe(200);
		expect(await used()).toEqual({ git: true, secrets: ["K"], identity: true });
	});

	test("are handed to nobody who is not an active member, and then nobody is removed", async () => {
		const stranger = await gate.addPerson();
		for (const transfer_to of [stranger.userId, leaver.userId, "usr_none"]) {
			const response = await go("remove", leaver, { devboxes: { transfer_to } });
			expect(response.status).toBe(422);
		}
		expect((await gate.request("/api/v1/users/me", { as: leaver })).status).toBe(200);
	});
});

describe("members", () => {
	const change = (person: TestPerson, body: unknown, as = owner) =>
		gate.request(`/api/v1/members/${person.userId}`, { as, method: "PATCH", body });

	test("an admin raises nobody to owner, touches none, and a new role holds at once", async () => {
		const admin = await gate.addPerson({ role: "admin", workspaceId: owner.workspaceId });
		expect((await change(leaver, { role: "owner" }, admin)).status).toBe(403);
		expect((await change(admin, { role: "owner" }, admin)).status).toBe(403);
		expect((await change(owner, { role: "member" }, admin)).status).toBe(403);
		expect((await go("remove", owner, {}, admin)).status).toBe(403);
		expect((await gate.request("/api/v1/members", { as: leaver })).status).toBe(403);
		const raised = await change(leaver, { role: "admin" }, admin);
		expect(memberResponse.parse(await raised.json()).role).toBe("admin");
		await eventually(
			"the role",
			async () => (await gate.request("/api/v1/members", { as: leaver })).status === 200,
			1_000,
		);
		expect((await change(leaver, { role: "member" }, admin)).status).toBe(200);
		await eventually(
			"the role",
			async () => (await gate.request("/api/v1/members", { as: leaver })).status === 403,
			1_000,
		);
	});

	test("of two owners who unmake each other at once one stays", async () => {
		const first = await gate.addPerson();
		const second = await gate.addPerson({ role: "owner", workspaceId: first.workspaceId });
		const answers = await Promise.all([
			change(second, { role: "member" }, first),
			change(first, { role: "member" }, second),
			go("remove", second, {}, first),
			go("remove", first, {}, second),
		]);
		expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(0);
		const owners = await gate.db.prisma.member.count({ where: { workspaceId: first.workspaceId, role: "owner" } });
		expect(owners).toBe(1);
	});

	test("who is enabled again signs in anew, and what was ended stays ended", async () => {
		await go("disable", leaver);
		const enabled = await gate.request(`/api/v1/members/${leaver.userId}/enable`, { as: owner, method: "POST" });
		expect(memberResponse.parse(await enabled.json())).toMatchObject({ is_disabled: false, session_count: 0 });
		expect((await gate.request("/api/v1/users/me", { as: leaver })).status).toBe(401);
	});

	test("a box that is asked for while its maker is removed is not made", async () => {
		const created = Array.from({ length: 6 }, (_, index) =>
			gate.request("/api/v1/devboxes", { as: leaver, body: { name: `late-${index}-${leaver.userId.slice(4, 10)}` } }),
		);
		const answers = await Promise.all([...created, go("remove", leaver)]);
		const removed = answers.at(-1);
		expect(await removed?.json()).toMatchObject({ user: { id: leaver.userId } });
		const alive = await gate.db.prisma.devbox.count({ where: { ownerId: leaver.userId, state: { not: "destroyed" } } });
		expect(alive).toBe(0);
	});
});
