/** ID tokens, verified as others verify them: by the public documents alone. */
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { identityResponse } from "../../lib/contract/identity.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { openSimulatedEngine } from "../../lib/engines/simulated/simulated-engine.ts";
import { openSimulatedLinks } from "../../lib/engines/simulated/simulated-links.ts";
import { openIdentityKey, rotateIdentityKey } from "../../lib/identity/identity-keys.ts";
import type { BoxControl } from "../../lib/link/control-socket.ts";
import { newKeyLine } from "../../lib/vault/key-ring.ts";
import { openSealer } from "../../lib/vault/open-sealer.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

const issuer = "http://127.0.0.1:4999";
const keyLine = newKeyLine(1);
const audience = "sts.amazonaws.com";

let gate: TestGateway;
let ann: TestPerson;
let member: TestPerson;
/** What each gateway's links ask of it, as a box does over its control socket. */
const controls: ((instance: string) => BoxControl)[] = [];

beforeAll(async () => {
	gate = await startTestGateway({
		env: { PUBLIC_URL: issuer, DEVBOX_KEY_ENCRYPTION_KEY: keyLine },
		openLinks: (host, o) => {
			controls.push(o.controlOf);
			return openSimulatedLinks(openSimulatedEngine(host));
		},
	});
	ann = await gate.addPerson();
	member = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
	const allowed = await gate.request("/api/v1/identity/audiences", { as: ann, body: { audience } });
	expect(allowed.status).toBe(201);
});

afterAll(() => gate.close());

async function ask(devboxId: string, to = audience, gateway = 0) {
	const control = controls.at(gateway)?.(instanceName(devboxId));
	if (!control) throw new Error("that gateway has opened no links");
	return control.idToken({ audience: to });
}

/** The documents as a verifier gets them; the address in them is the public URL's. */
function verifyAt(origin: string, token: string) {
	const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", origin));
	return jwtVerify(token, keys, { issuer, audience, requiredClaims: ["sub", "jti", "exp", "nbf"] });
}

const events = (action = "identity.token") =>
	gate.db.prisma.auditEvent.findMany({ where: { workspaceId: ann.workspaceId, action }, orderBy: { seq: "asc" } });

describe("the documents", () => {
	test("are public, may be kept for five minutes, and say where the keys are", async () => {
		const response = await fetch(`${gate.origin}/.well-known/openid-configuration`);
		expect(response.status).toBe(200);
		expect(response.headers.get("cache-control")).toBe("public, max-age=300");
		expect(response.headers.get("content-type")).toBe("application/json");
		expect(await response.json()).toMatchObject({
			issuer,
			jwks_uri: `${issuer}/.well-known/jwks.json`,
			id_token_signing_alg_values_supported: ["RS256"],
		});
		const head = await fetch(`${gate.origin}/.well-known/jwks.json`, { method: "HEAD" });
		expect([head.status, await head.text()]).toEqual([200, ""]);
		const post = await fetch(`${gate.origin}/.well-known/jwks.json`, { method: "POST" });
		expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
	});

	test("hold public halves alone", async () => {
		const { keys } = (await (await fetch(`${gate.origin}/.well-known/jwks.json`)).json()) as { keys: object[] };
		expect(keys.length).toBeGreaterThan(0);
		for (const key of keys) expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
	});
});

describe("a token", () => {
	test("says which box it is, for one audience, for five minutes, and stands in the audit log", async () => {
		const id = await gate.addDevbox(ann, { name: "identified" });
		const { token } = await ask(id);
		const { payload } = await verifyAt(gate.origin, token);
		expect(payload).toMatchObject({
			sub: `workspace:${ann.workspaceId}:devbox:${id}`,
			aud: audience,
			devbox_name: "identified",
			devbox_id: id,
			workspace_id: ann.workspaceId,
			owner_id: ann.userId,
		});
		expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
		const other = await ask(id);
		expect((await verifyAt(gate.origin, other.token)).payload.jti).not.toBe(payload.jti);
		const told = (await events()).find(({ detail }) => (detail as { jti?: string }).jti === payload.jti);
		expect(told).toMatchObject({ outcome: "success", targetId: id, actorKind: "box", userId: ann.userId });
		expect(told?.detail).toMatchObject({ audience, key_id: decodeProtectedHeader(token).kid });
		expect(JSON.stringify(told?.detail)).not.toContain(token);
	});

	test("is the box's own, whichever gateway it asks, and all verify it", async () => {
		const first = await gate.addDevbox(ann);
		const second = await gate.addDevbox(ann);
		const another = await gate.startAnother();
		const tokens = [await ask(first), await ask(second, audience, -1)];
		for (const origin of [gate.origin, another.origin]) {
			const subjects = await Promise.all(
				tokens.map(async ({ token }) => (await verifyAt(origin, token)).payload.devbox_id),
			);
			expect(subjects).toEqual([first, second]);
		}
		await another.close();
	});

	test("is not for an audience that nobody allowed, nor for one of another workspace", async () => {
		const id = await gate.addDevbox(ann);
		const bob = await gate.addPerson();
		await gate.request("/api/v1/identity/audiences", { as: bob, body: { audience: "vault" } });
		await expect(ask(id, "vault")).rejects.toMatchObject({
			code: "forbidden",
			message: expect.stringContaining(audience),
		});
		await expect(ask(await gate.addDevbox(bob), audience)).rejects.toMatchObject({ code: "forbidden" });
		for (const wrong of ["", "a b", "a\nb", "x".repeat(300), "ä"])
			await expect(ask(id, wrong)).rejects.toMatchObject({ code: "invalid" });
		const refused = (await events()).filter(({ targetId }) => targetId === id);
		expect(refused.map(({ outcome }) => outcome)).toEqual(Array(6).fill("refused"));
		expect(refused[0]?.detail).toMatchObject({ audience: "vault", reason: expect.stringContaining("not allowed") });
	});

	test("ends with the box: a stopped, destroyed or unknown one gets none, nor does one whose owner is out", async () => {
		const id = await gate.addDevbox(member);
		await ask(id);
		const set = (data: object) => gate.db.prisma.devbox.update({ where: { id }, data });
		for (const end of [{ desiredState: "stopped" }, { power: "off" }, { state: "destroyed" }]) {
			await set(end);
			await expect(ask(id)).rejects.toMatchObject({ code: "forbidden" });
			await set({ desiredState: "running", power: "running", state: "ready" });
		}
		await gate.db.prisma.user.update({ where: { id: member.userId }, data: { disabledAt: new Date() } });
		await expect(ask(id)).rejects.toMatchObject({ code: "forbidden" });
		await gate.db.prisma.user.update({ where: { id: member.userId }, data: { disabledAt: null } });
		await ask(id);
		await expect(ask("dbx_0000000000000000")).rejects.toMatchObject({ code: "forbidden" });
	});

	test("can be had thirty times a minute, and refusals past that are counted", async () => {
		const id = await gate.addDevbox(ann);
		for (let n = 0; n < 30; n++) await ask(id);
		await expect(ask(id)).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: expect.any(Number) });
		await ask(await gate.addDevbox(ann));
	});

	test("is given no more once its audience was taken away", async () => {
		const id = await gate.addDevbox(ann);
		const added = await gate.request("/api/v1/identity/audiences", { as: ann, body: { audience: "short-lived" } });
		const { id: audienceId } = (await added.json()) as { id: string };
		const twice = await gate.request("/api/v1/identity/audiences", { as: ann, body: { audience: "short-lived" } });
		expect(twice.status).toBe(409);
		await ask(id, "short-lived");
		await gate.request(`/api/v1/identity/audiences/${audienceId}`, { as: ann, method: "DELETE" });
		await expect(ask(id, "short-lived")).rejects.toMatchObject({ code: "forbidden" });
		const actions = [...(await events("identity_audience.allow")), ...(await events("identity_audience.remove"))];
		expect(actions.map(({ outcome, targetName }) => `${outcome} ${targetName}`)).toContain("success short-lived");
	});
});

describe("keys", () => {
	const sealerOf = () => openSealer({ source: { text: new SecretText(keyLine), file: "" }, keyIdsInUse: [] });

	async function rotate(isAtOnce: boolean): Promise<string> {
		const client = await gate.db.pool.connect();
		try {
			return (await rotateIdentityKey(client, { sealer: await sealerOf(), now: new Date(), isAtOnce })).id;
		} finally {
			client.release();
		}
	}

	const keysOf = async (as: TestPerson) =>
		identityResponse.parse(await (await gate.request("/api/v1/identity", { as })).json()).keys;

	test("of two gateways that start with none are one", async () => {
		await gate.db.prisma.identityKey.deleteMany();
		const another = await gate.startAnother();
		await Promise.all(
			[gate.origin, another.origin].map((origin) => fetch(`${origin}/.well-known/jwks.json`, { cache: "no-store" })),
		);
		const id = await gate.addDevbox(ann);
		await Promise.all([ask(id), ask(id), ask(id)]);
		expect(await gate.db.prisma.identityKey.count()).toBe(1);
		await another.close();
	});

	test("are followed without a gap: the next is shown first, and the last stays until its tokens are gone", async () => {
		const id = await gate.addDevbox(ann);
		const before = await ask(id);
		const next = await rotate(false);
		await expect.poll(async () => (await keysOf(ann)).map((key) => key.id), { timeout: 10_000 }).toContain(next);
		const meanwhile = await ask(id);
		expect(decodeProtectedHeader(meanwhile.token).kid).toBe(decodeProtectedHeader(before.token).kid);
		await gate.db.prisma.identityKey.update({ where: { id: next }, data: { signsFrom: new Date() } });
		const after = await ask(id);
		expect(decodeProtectedHeader(after.token).kid).toBe(next);
		for (const { token } of [before, meanwhile, after]) await verifyAt(gate.origin, token);
		// An hour on, nobody has a token of the first any more.
		const since = (ms: number) => ({ signsFrom: new Date(Date.now() - ms) });
		await gate.db.prisma.identityKey.updateMany({ where: { id: { not: next } }, data: since(8e6) });
		await gate.db.prisma.identityKey.update({ where: { id: next }, data: since(4e6) });
		await ask(id);
		expect(await gate.db.prisma.identityKey.count()).toBe(1);
	});

	test("that somebody may have read are gone at once, with their tokens", async () => {
		const id = await gate.addDevbox(ann);
		const before = await ask(id);
		const next = await rotate(true);
		const after = await ask(id);
		expect(decodeProtectedHeader(after.token).kid).toBe(next);
		await expect.poll(async () => (await keysOf(ann)).map((key) => key.id), { timeout: 10_000 }).toEqual([next]);
		await verifyAt(gate.origin, after.token);
		await expect(verifyAt(gate.origin, before.token)).rejects.toThrow(/key/);
	});

	test("are sealed: the row opens with the key-encryption key alone, and not under another id", async () => {
		const row = await gate.db.prisma.identityKey.findFirstOrThrow();
		expect(Buffer.from(row.privateKey).toString("latin1")).not.toContain("PRIVATE KEY");

		const privateKey = Buffer.from(row.privateKey);
		expect(openIdentityKey(await sealerOf(), { id: row.id, privateKey }).asymmetricKeyType).toBe("rsa");
		const sealer = await sealerOf();
		expect(() => openIdentityKey(sealer, { id: "other", privateKey })).toThrow("was not sealed for it");
	});
});

test("over plain http from elsewhere there are no tokens, and the page says why", async () => {
	let control: (instance: string) => BoxControl = () => {
		throw new Error("no links were opened");
	};
	const plain = await startTestGateway({
		openLinks: (host, o) => {
			control = o.controlOf;
			return openSimulatedLinks(openSimulatedEngine(host));
		},
	});
	const person = await plain.addPerson();
	await plain.request("/api/v1/identity/audiences", { as: person, body: { audience } });
	const id = await plain.addDevbox(person);
	await expect(control(instanceName(id)).idToken({ audience })).rejects.toMatchObject({ code: "not_supported" });
	const identity = identityResponse.parse(await (await plain.request("/api/v1/identity", { as: person })).json());
	expect(identity.problem).toContain("https");
	await plain.close();
});
