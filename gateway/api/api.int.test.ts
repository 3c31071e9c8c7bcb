/** Walks the contract: what is true of every operation is tested on every operation. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiOperationId, apiBasePath, apiOperations } from "../../lib/contract/api.ts";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import { scopes } from "../../lib/domain/actor.ts";
import { newId } from "../../lib/domain/ids.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

const operations = Object.entries<ApiOperation>(apiOperations) as [ApiOperationId, ApiOperation][];
const writes = operations.filter(([, operation]) => operation.method !== "GET");
const withBody = operations.filter(([, operation]) => operation.body);

/** A body that is valid, for operations that need one. */
const bodies: Partial<Record<ApiOperationId, unknown>> = {
	createDevbox: { name: "walked" },
	updateDevbox: { access_mode: "workspace" },
	changeDevboxNetwork: { mode: "open" },
	createNetworkPolicy: { name: "walked", mode: "none" },
	changeNetworkPolicy: { mode: "none" },
	createInternalService: { name: "walked", address: "10.20.0.5", ports: [443] },
	setTailscale: { is_enabled: false },
	changeDevboxTailscale: { enabled: false },
	requestIsolationReports: {},
	allowAudience: { audience: "walked" },
	createNetworkRequest: { name: "walked.example.com" },
	approveNetworkRequest: {},
	declineNetworkRequest: {},
	createTerminalTicket: {},
	createExec: { argv: ["true"] },
	runExec: { argv: ["true"] },
	signalExec: { signal: "INT" },
	resizeExec: { cols: 80, rows: 24 },
	createPreviewLink: { port: 3000 },
	connectGithub: { return_url: "https://app.example.com/callback" },
	grantGithubOrganizations: { org_logins: ["my-org"] },
	updateMember: { devbox_quota: 3 },
	disableMember: {},
	removeMember: {},
	updatePersonalSettings: { commit_name: "Ada" },
	updateWorkspace: {},
	createInvitation: { github_login: "octocat" },
	createInvitationLink: {},
	createApiToken: { name: "walked" },
	createSecret: { name: "walked", value: "walked" },
	putSecretValue: { value: "walked" },
	setAiTokens: { claude_token: "walked" },
	makeDirectory: { path: "walked" },
	moveFile: { from: "walked", to: "ran" },
	setSshKey: { public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEjQm6YkAAXYnXkjnqyW1YSYNpG0LPWbHnBqwZ4Z0a3N" },
	addSshKey: {
		name: "walked",
		public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEjQm6YkAAXYnXkjnqyW1YSYNpG0LPWbHnBqwZ4Z0a3N",
	},
};

/** A query that is valid, for operations that need one. */
const queries: Partial<Record<ApiOperationId, string>> = {
	downloadFile: "path=walked",
	uploadFile: "path=walked",
	removeFile: "path=walked",
	statFile: "path=walked",
	downloadArchive: "path=walked",
	uploadArchive: "path=walked",
};

let gate: TestGateway;
let ann: TestPerson;
let bob: TestPerson;
let member: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson();
	bob = await gate.addPerson();
	member = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
});

afterAll(() => gate.close());

/** Parts of a path that have to be one of a few words. */
const anyParam: Record<string, string> = { stream: "stdout" };

function pathOf(operation: ApiOperation, params: Record<string, string> = {}): string {
	const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? anyParam[name] ?? "main");
	return `${apiBasePath}${path}`;
}

function call(
	id: ApiOperationId,
	o: { as?: TestPerson; bearer?: string; params?: Record<string, string>; headers?: Record<string, string> },
) {
	const operation: ApiOperation = apiOperations[id];
	return gate.request(`${pathOf(operation, o.params)}?${queries[id] ?? ""}`, {
		as: o.as,
		method: operation.method,
		body: bodies[id],
		headers: o.bearer ? { authorization: `Bearer ${o.bearer}`, ...o.headers } : o.headers,
	});
}

async function expectError(response: Response, status: number, code: string): Promise<{ detail: unknown }> {
	const body = (await response.json()) as { detail: unknown; code: string; request_id: string };
	expect({ status: response.status, code: body.code }).toEqual({ status, code });
	expect(body.request_id).toBe(response.headers.get("x-request-id"));
	expect(response.headers.get("cache-control")).toBe("no-store");
	expect(response.headers.get("x-content-type-options")).toBe("nosniff");
	return body;
}

describe.each(operations)("%s", (id, operation) => {
	test("answers nobody without a live session", async () => {
		await expectError(await call(id, {}), 401, "unauthenticated");
		const forged = { ...ann, cookie: `devbox_session=${"A".repeat(43)}` };
		await expectError(await call(id, { as: forged }), 401, "unauthenticated");
	});

	test("answers a revoked and an expired session no more", async () => {
		const revoked = await gate.addPerson();
		expect((await gate.request("/api/v1/users/me", { as: revoked })).status).toBe(200);
		await gate.db.prisma.session.update({ where: { id: revoked.sessionId }, data: { revokedAt: new Date() } });
		await expect.poll(async () => (await call(id, { as: revoked })).status, { timeout: 2_000, interval: 20 }).toBe(401);
		const expired = await gate.addPerson();
		await gate.db.prisma.session.update({ where: { id: expired.sessionId }, data: { expiresAt: new Date(0) } });
		await expectError(await call(id, { as: expired }), 401, "unauthenticated");
	});

	test("answers a token that has its scope, and no other, expired or revoked one", async () => {
		const { scope } = operation;
		const others = scopes.filter((other) => other !== scope);
		const expired = await gate.addToken(ann, { scopes: [scope], expiresAt: new Date(0) });
		await expectError(await call(id, { bearer: expired.token }), 401, "unauthenticated");
		const narrow = await gate.addToken(ann, { scopes: others });
		await expectError(await call(id, { bearer: narrow.token }), 403, "forbidden");
		const token = await gate.addToken(ann, { scopes: [scope] });
		const allowed = await call(id, { bearer: token.token, params: { id: "dbx_0000000000000000", user_id: "usr_0" } });
		expect([401, 429, 500]).not.toContain(allowed.status);
		// Some ask for more than their scope (a browser, a scope beside it); none may say that it misses the one that it has.
		if (allowed.status === 403) expect(await allowed.text()).not.toContain(`needs the scope ${scope},`);
		else await allowed.body?.cancel();
		await gate.db.prisma.apiToken.update({ where: { id: token.id }, data: { revokedAt: new Date() } });
		await expect
			.poll(async () => (await call(id, { bearer: token.token })).status, { timeout: 2_000, interval: 20 })
			.toBe(401);
	});

	if (operation.scope === "admin")
		test("is closed to a member who is no admin", async () => {
			await expectError(await call(id, { as: member }), 403, "forbidden");
		});
});

describe.each(operations.filter(([, operation]) => operation.params))("%s", (id, operation) => {
	test("does not tell another person's object from one that is not there", async () => {
		const foreign = await foreignParams(operation);
		const ofBob = await expectError(await call(id, { as: ann, params: foreign }), 404, "not_found");
		const nothing = Object.fromEntries(Object.keys(foreign).map((key) => [key, `${foreign[key]?.slice(0, -3)}000`]));
		const ofNobody = await expectError(await call(id, { as: ann, params: nothing }), 404, "not_found");
		const neutral = (detail: unknown) =>
			JSON.stringify(detail).replaceAll(/(dbx|usr|ses|invl?|tok|sec|netp|netr|svc|aud)_\w+/g, "<id>");
		expect(neutral(ofBob.detail)).toBe(neutral(ofNobody.detail));
	});
});

/** Ids of what belongs to Bob, whose workspace is not Ann's. */
async function foreignParams(operation: ApiOperation): Promise<Record<string, string>> {
	if (operation.path.startsWith("/devboxes/")) return { id: await gate.addDevbox(bob) };
	if (operation.path.startsWith("/members/")) return { user_id: bob.userId };
	if (operation.path.startsWith("/users/me/sessions/")) return { id: bob.sessionId };
	if (operation.path.startsWith("/tokens/")) return { id: (await gate.addToken(bob)).id };
	if (operation.path.startsWith("/users/me/ssh-keys/")) return { id: await addKey(bob) };
	if (operation.path.startsWith("/invitations/")) {
		const id = newId("invitation");
		const data = { id, workspaceId: bob.workspaceId, githubLogin: id, role: "member", invitedBy: bob.userId };
		await gate.db.prisma.invitation.create({ data });
		return { id };
	}
	if (operation.path.startsWith("/invitation-links/")) {
		const id = newId("invitationLink");
		const expiresAt = new Date(Date.now() + 60_000);
		const data = { id, workspaceId: bob.workspaceId, tokenHash: id, role: "member", usesMax: 1, inviterId: bob.userId };
		await gate.db.prisma.invitationLink.create({ data: { ...data, expiresAt } });
		return { id };
	}
	if (operation.path.startsWith("/network-policies/")) {
		const id = newId("networkPolicy");
		const data = { id, workspaceId: bob.workspaceId, name: id.slice(-8), mode: "none" };
		await gate.db.prisma.networkPolicy.create({ data });
		return { id };
	}
	if (operation.path.startsWith("/internal-services/")) {
		const id = newId("internalService");
		const data = { id, workspaceId: bob.workspaceId, name: id, address: "10.20.0.5", ports: [443], createdBy: "bob" };
		await gate.db.prisma.internalService.create({ data });
		return { id };
	}
	if (operation.path.startsWith("/identity/audiences/")) {
		const id = newId("identityAudience");
		const data = { id, workspaceId: bob.workspaceId, audience: id, createdBy: "bob" };
		await gate.db.prisma.identityAudience.create({ data });
		return { id };
	}
	if (operation.path.startsWith("/network-requests/")) {
		const id = newId("networkRequest");
		const data = { id, workspaceId: bob.workspaceId, devboxId: await gate.addDevbox(bob), name: "walked.example.com" };
		await gate.db.prisma.networkRequest.create({ data: { ...data, reason: "", requestedBy: "bob" } });
		return { id };
	}
	if (operation.path.startsWith("/secrets/")) return { id: await addSecret(bob), version: "1001" };
	// A report is of a host, and nobody's: one that is not there is all that can be asked for here.
	if (operation.path.startsWith("/isolation-reports/")) return { id: newId("isolationReport") };
	throw new Error(`say whose ${operation.path} is`);
}

async function addSecret({ userId, workspaceId }: TestPerson): Promise<string> {
	const id = newId("secret");
	await gate.db.prisma.secret.create({ data: { id, workspaceId, ownerId: userId, name: id } });
	const version = { id: newId("secretVersion"), secretId: id, version: 1, sizeBytes: 1, createdBy: userId };
	await gate.db.prisma.secretVersion.create({ data: version });
	return id;
}

async function addKey(person: TestPerson): Promise<string> {
	const id = newId("sshKey");
	const data = { id, userId: person.userId, name: "test", publicKey: "ssh-ed25519 AAAA", fingerprint: id };
	await gate.db.prisma.sshKey.create({ data });
	return id;
}

describe.each(writes)("%s", (id) => {
	test("is refused to pages of other sites, and to requests that do not say where they come from", async () => {
		const strangers: Record<string, string>[] = [
			{ origin: "https://evil.example" },
			{ origin: "null" },
			{ origin: "", "sec-fetch-site": "cross-site" },
		];
		for (const headers of strangers) await expectError(await call(id, { as: ann, headers }), 403, "forbidden");
	});
});

describe.each(withBody)("%s", (_id, operation) => {
	const params = { id: "dbx_0000000000000000", user_id: "usr_0" };
	const send = (body: string, headers: Record<string, string> = {}) =>
		gate.request(pathOf(operation, params), { as: ann, method: operation.method, body, headers });

	test("refuses what is no JSON, naming the body", async () => {
		for (const [body, headers] of [
			["{", {}],
			["name=a", { "content-type": "application/x-www-form-urlencoded" }],
			[`{"name":"a"}`, { "content-type": "text/plain" }],
		] as const) {
			const { detail } = await expectError(await send(body, headers), 422, "invalid");
			expect(detail).toEqual([{ loc: ["body"], msg: expect.any(String), type: expect.any(String) }]);
		}
	});

	test("refuses a body of another shape, naming each place", async () => {
		for (const body of [
			`[]`,
			`7`,
			`null`,
			`{"name":7,"terminal":7,"devbox_quota":"x","github_login":7,"scopes":7,"expires_after":7,"uses_max":"x","egress_domains":7,"answer":7,"audience":7,"is_enabled":7,"host_id":7}`,
		]) {
			const { detail } = await expectError(await send(body), 422, "invalid");
			expect(detail).toEqual(
				expect.arrayContaining([
					{ loc: expect.arrayContaining(["body"]), msg: expect.any(String), type: expect.any(String) },
				]),
			);
		}
	});

	test("does not read past its bound", async () => {
		const response = await send(JSON.stringify({ name: "x".repeat(operation.bodyBytesMax ?? 1024 * 1024) }));
		await expectError(response, 413, "too_large");
	});
});

describe("answers", () => {
	/** These answer errors until a GitHub account is connected. */
	const needsGithub = new Set<ApiOperationId>([
		"getGithubConnection",
		"listGithubRepositories",
		"listGithubOrganizations",
		"listGithubBranches",
		"listGithubSshKeys",
	]);

	/** Operations that need neither a host nor an object that an earlier step makes. */
	const plain = operations.filter(
		([id, operation]) =>
			operation.method === "GET" && !operation.params && !operation.response.contentType && !needsGithub.has(id),
	);

	test.each(plain)("%s answers what the contract says", async (id, operation) => {
		const response = await call(id, { as: ann });
		expect(response.status).toBe(operation.response.status);
		operation.response.body?.parse(await response.json());
	});

	test("a devbox's life by the API is what the contract says", async () => {
		const created = await gate.request("/api/v1/devboxes", { as: ann, body: { name: "alive", size: "small" } });
		expect(created.status).toBe(202);
		const box = apiOperations.createDevbox.response.body.parse(await created.json());
		expect(box).toMatchObject({ name: "alive", size: "s", state: "requested" });
		const params = { id: box.id };
		for (const id of ["getDevbox", "listOperations", "getMetrics"] as const) {
			const response = await call(id, { as: ann, params });
			expect(response.status).toBe(200);
			(apiOperations[id] as ApiOperation).response.body?.parse(await response.json());
		}
		await expectError(await call("stopDevbox", { as: ann, params }), 409, "wrong_state");
		await expectError(await gate.request("/api/v1/devboxes", { as: ann, body: { name: "alive" } }), 409, "name_taken");
		const removed = await call("deleteDevbox", { as: ann, params });
		expect([removed.status, await removed.text()]).toEqual([204, ""]);
		const gone = await call("getDevbox", { as: ann, params });
		expect(await gone.json()).toMatchObject({ state: "destroyed" });
	});

	test("unknown images and sizes are refused with those that are known", async () => {
		const image = await gate.request("/api/v1/devboxes", { as: ann, body: { name: "b", image: "nope" } });
		const { detail } = await expectError(image, 422, "invalid");
		expect(JSON.stringify(detail)).toContain("builtin:base");
		const size = await gate.request("/api/v1/devboxes", { as: ann, body: { name: "b", size: "huge" } });
		expect(JSON.stringify((await expectError(size, 422, "invalid")).detail)).toContain("s, m, l, xl");
	});

	test("what is not there is told apart from what is asked in the wrong way", async () => {
		await expectError(await gate.request("/api/v1/nope", { as: ann }), 404, "not_found");
		await expectError(await gate.request("/api/v1", { as: ann }), 404, "not_found");
		const wrong = await gate.request("/api/v1/devboxes", { as: ann, method: "DELETE" });
		await expectError(wrong, 405, "bad_request");
		expect(wrong.headers.get("allow")?.split(", ").sort()).toEqual(["GET", "HEAD", "POST"]);
	});

	test("HEAD answers what GET would, without a body and without a stream", async () => {
		for (const [path, type] of [
			["/api/v1/users/me", "application/json"],
			["/api/v1/events", "text/event-stream"],
		] as const) {
			const response = await gate.request(path, { as: ann, method: "HEAD" });
			expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([200, type, ""]);
		}
	});

	test("an error of ours tells nobody what is inside", async () => {
		await gate.db.prisma.$executeRaw`ALTER TABLE images RENAME TO images_away`;
		const response = await gate.request("/api/v1/images", { as: ann });
		await gate.db.prisma.$executeRaw`ALTER TABLE images_away RENAME TO images`;
		const { detail } = await expectError(response, 500, "internal");
		expect(detail).toMatch(/^Something failed on our side\. The server's log names it by the request id req_\w+\.$/);
	});
});
