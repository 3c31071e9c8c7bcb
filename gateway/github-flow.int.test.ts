/** Connecting a GitHub account: whose account goes to whom, and what is left of the flow afterwards. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { comeBack, consent, type GithubWorld, openGithubWorld, returnUrl } from "./testing/github-world.ts";
import type { TestPerson } from "./testing/test-gateway.ts";

let world: GithubWorld;
let ann: TestPerson;

beforeAll(async () => {
	world = await openGithubWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
	world.github.state.fault = null;
	ann = await world.gate.addPerson();
});

const connectionOf = async (person: TestPerson) => {
	const answer = await world.api(person, "/connection");
	return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : null;
};
const reasonOf = (answer: Response) => new URL(answer.headers.get("location") ?? "").searchParams.get("github_reason");

async function beginByToken(person: TestPerson) {
	const { token } = await world.gate.addToken(person, { kind: "provider" });
	const answer = await world.gate.request("/api/v1/integrations/github/connect", {
		body: { return_url: "https://app.example.com/callback?tab=1" },
		headers: { "x-provider-token": token },
	});
	return (await answer.json()) as { authorize_url: string; state: string };
}

const confirm = (to: URL, headers: Record<string, string> = {}) =>
	world.gate.request(to.pathname, {
		method: "POST",
		body: new URLSearchParams(to.searchParams).toString(),
		headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
	});

describe("in one browser", () => {
	test("an account is connected, its tokens sealed, and the browser sent back without any of it", async () => {
		const before = Date.now();
		const { authorize_url, state, expires_at } = await world.begin(ann);
		const asked = new URL(authorize_url).searchParams;
		expect(asked.get("scope")).toBe("repo read:org read:public_key");
		expect(asked.get("code_challenge_method")).toBe("S256");
		expect(asked.get("redirect_uri")).toBe("http://devbox.test/api/auth/callback/github/connect");
		expect(Date.parse(expires_at) - before).toBeGreaterThan(9 * 60_000);

		const answer = await comeBack(world.gate, { to: await consent(world.github, authorize_url, "ada"), as: ann });
		expect([answer.status, answer.headers.get("location")]).toEqual([303, `${returnUrl}?github=connected`]);
		expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
		expect(await connectionOf(ann)).toMatchObject({
			github_login: "ada",
			github_user_id: 1001,
			status: "connected",
			status_reason: null,
		});
		const [token = ""] = [...world.github.state.tokens].find(([, held]) => held.login === "ada") ?? [];
		const { rows } = await world.gate.db.pool.query<{ text: string }>(
			"SELECT row_to_json(c)::text AS text FROM github_connections c UNION ALL SELECT row_to_json(s)::text FROM github_oauth_states s",
		);
		for (const { text } of rows)
			for (const secret of [token, Buffer.from(token).toString("hex"), state]) expect(text).not.toContain(secret);
	});

	test("a state is good once, and for ten minutes", async () => {
		const { authorize_url } = await world.begin(ann);
		const to = await consent(world.github, authorize_url, "ada");
		const both = await Promise.all([comeBack(world.gate, { to, as: ann }), comeBack(world.gate, { to, as: ann })]);
		expect(both.map((answer) => answer.status).sort()).toEqual([303, 410]);
		expect((await comeBack(world.gate, { to, as: ann })).status).toBe(410);

		const late = await world.begin(ann);
		const lateTo = await consent(world.github, late.authorize_url, "ada");
		await world.gate.db.prisma.githubOauthState.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
		expect((await comeBack(world.gate, { to: lateTo, as: ann })).status).toBe(410);
	});

	test("who says no at GitHub, or comes with a code that is none, has nothing connected and is told why", async () => {
		const refused = await world.begin(ann);
		const denied = await comeBack(world.gate, { to: await consent(world.github, refused.authorize_url, ""), as: ann });
		expect([denied.status, reasonOf(denied)]).toEqual([303, "denied"]);
		const forged = await consent(world.github, (await world.begin(ann)).authorize_url, "ada");
		forged.searchParams.set("code", "0123456789");
		expect(reasonOf(await comeBack(world.gate, { to: forged, as: ann }))).toBe("code_refused");
		expect(await connectionOf(ann)).toBeNull();
	});

	test("a code of another flow is refused: its verifier is another one", async () => {
		const stolen = await consent(world.github, (await world.begin(ann)).authorize_url, "ada");
		const own = await consent(world.github, (await world.begin(ann)).authorize_url, "mallory");
		own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
		expect(reasonOf(await comeBack(world.gate, { to: own, as: ann }))).toBe("code_refused");
		expect(await connectionOf(ann)).toBeNull();
	});

	test("a token that cannot be kept is revoked: nobody else knows of it", async () => {
		const { pool } = world.gate.db;
		const before = [...world.github.state.tokens.keys()];
		const to = await consent(world.github, (await world.begin(ann)).authorize_url, "ada");
		await pool.query("ALTER TABLE github_connections ADD CONSTRAINT full_disk CHECK (false) NOT VALID");
		const answer = await comeBack(world.gate, { to, as: ann }).finally(() =>
			pool.query("ALTER TABLE github_connections DROP CONSTRAINT full_disk"),
		);
		expect(answer.headers.get("location") ?? "").not.toContain("connected");
		expect([...world.github.state.tokens.keys()]).toEqual(before);
		expect(await connectionOf(ann)).toBeNull();
	});

	test("a GitHub that is down is told as such", async () => {
		const to = await consent(world.github, (await world.begin(ann)).authorize_url, "ada");
		world.github.state.fault = { kind: "status", status: 502, isTotal: true };
		expect(reasonOf(await comeBack(world.gate, { to, as: ann }))).toBe("unavailable");
		expect(await connectionOf(ann)).toBeNull();
	});

	test("connecting again replaces the token and revokes the one before; another account starts without grants", async () => {
		await world.connect(ann);
		const tokens = () => [...world.github.state.tokens].filter(([, held]) => held.scopes.includes("repo"));
		const [first] = tokens().at(-1) ?? [];
		await world.api(ann, "/org-grants", { method: "PUT", body: { org_logins: ["analytical-engines"] } });
		await world.connect(ann);
		expect(tokens().map(([token]) => token)).not.toContain(first);
		const granted = async () =>
			((await (await world.api(ann, "/orgs")).json()) as { data: { granted: boolean }[] }).data;
		expect((await granted()).filter((org) => org.granted)).toHaveLength(1);
		await world.connect(ann, "mallory");
		expect(await granted()).toEqual([{ org_login: "elsewhere", granted: false }]);
		expect(await connectionOf(ann)).toMatchObject({ github_login: "mallory" });
	});
});

describe("who signs in by link", () => {
	const signInOf = async (person: TestPerson) =>
		(await world.gate.db.prisma.user.findUniqueOrThrow({ where: { id: person.userId } })).githubId;
	beforeEach(() => world.gate.db.prisma.user.updateMany({ data: { githubId: null } }));

	test("may sign in with the account that they connected in their own browser, until it is another or none", async () => {
		await world.connect(ann);
		expect(await signInOf(ann)).toBe("1001");
		expect(await connectionOf(ann)).toMatchObject({ linked_sign_in: true });
		await world.connect(ann);
		expect(await connectionOf(ann)).toMatchObject({ linked_sign_in: true });
		await world.connect(ann, "mallory");
		expect(await signInOf(ann)).toBe(String((await connectionOf(ann))?.github_user_id));
		await world.api(ann, "/connection", { method: "DELETE" });
		expect(await signInOf(ann)).toBeNull();
	});

	test("is never entered by an account that was connected with their token, whoever's browser ends the flow", async () => {
		const to = await consent(world.github, (await beginByToken(ann)).authorize_url, "mallory");
		expect((await comeBack(world.gate, { to, as: ann })).status).toBe(303);
		expect(await connectionOf(ann)).toMatchObject({ github_login: "mallory", linked_sign_in: false });
		expect(await signInOf(ann)).toBeNull();
	});

	test("takes no account with which another user signs in, and keeps the one that they came with", async () => {
		const bob = await world.gate.addPerson();
		await world.gate.db.prisma.user.update({ where: { id: bob.userId }, data: { githubId: "1001" } });
		await world.connect(ann);
		expect(await connectionOf(ann)).toMatchObject({ github_login: "ada", linked_sign_in: false });
		expect(await signInOf(ann)).toBeNull();
		await world.connect(bob, "mallory");
		expect(await signInOf(bob)).toBe("1001");
		await world.api(bob, "/connection", { method: "DELETE" });
		expect(await signInOf(bob)).toBe("1001");
	});
});

describe("where the browser may be sent back to", () => {
	test.each(["https://app.example.com/callback", "http://devbox.test/anything?x=1"])("%s", async (url) => {
		expect((await world.begin(ann, url)).state).toMatch(/^[\w-]{43}$/);
	});

	test.each([
		"https://evil.example/",
		"https://app.example.com.evil.example/",
		"http://app.example.com/",
		"https://user@app.example.com/",
		"https://app.example.com:8443/",
		"javascript:alert(1)",
		"//app.example.com/",
	])("never %s", async (url) => {
		const answer = await world.api(ann, "/connect", { body: { return_url: url } });
		expect(answer.status).toBe(422);
	});
});

describe("a browser that is not who began the flow", () => {
	test("of another user is refused, and the flow is over", async () => {
		const mallory = await world.gate.addPerson();
		const to = await consent(world.github, (await world.begin(mallory)).authorize_url, "ada");
		const answer = await comeBack(world.gate, { to, as: ann });
		expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("Nothing was connected")]);
		expect((await comeBack(world.gate, { to, as: mallory })).status).toBe(410);
		expect(await connectionOf(mallory)).toBeNull();
	});

	test("without a session cannot finish what a signed-in browser began", async () => {
		const to = await consent(world.github, (await world.begin(ann)).authorize_url, "ada");
		expect((await comeBack(world.gate, { to })).status).toBe(403);
		expect(await connectionOf(ann)).toBeNull();
	});

	test("of a program's flow is asked first, and told whose the account will be", async () => {
		const { authorize_url } = await beginByToken(ann);
		const to = await consent(world.github, authorize_url, "ada");
		const page = await comeBack(world.gate, { to });
		expect(page.status).toBe(200);
		expect(await page.text()).toContain(`Connect to ${ann.userId}`);
		expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
		expect(page.headers.get("content-security-policy")).toContain("form-action 'self' https://app.example.com");
		expect(await connectionOf(ann)).toBeNull();
		expect((await confirm(to, { origin: "https://evil.example", "sec-fetch-site": "cross-site" })).status).toBe(403);
		const done = await confirm(to);
		expect(done.headers.get("location")).toBe("https://app.example.com/callback?tab=1&github=connected");
		expect(await connectionOf(ann)).toMatchObject({ github_login: "ada" });
	});

	test("of a program's flow, signed in as somebody else, is refused at both steps", async () => {
		const mallory = await world.gate.addPerson();
		const to = await consent(world.github, (await beginByToken(mallory)).authorize_url, "ada");
		expect((await confirm(to, { cookie: ann.cookie })).status).toBe(403);
		expect((await comeBack(world.gate, { to, as: ann })).status).toBe(410);
		expect(await connectionOf(mallory)).toBeNull();
	});
});

test("a user who is disabled meanwhile gets nothing", async () => {
	const { authorize_url } = await beginByToken(ann);
	const to = await consent(world.github, authorize_url, "ada");
	await world.gate.db.prisma.user.update({ where: { id: ann.userId }, data: { disabledAt: new Date() } });
	expect((await confirm(to)).status).toBe(410);
	expect(await world.gate.db.prisma.githubConnection.count({ where: { userId: ann.userId } })).toBe(0);
});

test("the callback is no place for other methods", async () => {
	const path = "/api/auth/callback/github/connect";
	expect((await world.gate.request(path, { method: "DELETE" })).status).toBe(405);
	expect((await world.gate.request(`${path}?state=x&code=y`)).status).toBe(410);
	expect((await world.gate.request(path)).status).toBe(410);
});

test("a connection leaves an event with the account's name", async () => {
	await world.connect(ann);
	const events = await world.gate.db.prisma.auditEvent.findMany({
		where: { userId: ann.userId, action: "github.connected" },
	});
	expect(events).toMatchObject([{ outcome: "success", targetName: "ada" }]);
});
