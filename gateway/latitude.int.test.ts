/** What the published client @latitudesh/devbox needs of the API itself; its life with real machines is in e2e/latitude.spec.ts. */
import { DevboxApiError, DevboxClient, type DevboxRepositoryRequest, DevboxTimeoutError } from "@latitudesh/devbox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DatabaseGate, openDatabaseGate } from "./testing/database-gate.ts";
import { consent, type GithubWorld, openGithubWorld } from "./testing/github-world.ts";
import { asked, latitudeClient } from "./testing/latitude-client.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "./testing/test-gateway.ts";

let gate: TestGateway;
let database: DatabaseGate;
let ann: TestPerson;
let client: DevboxClient;

beforeAll(async () => {
	gate = await startTestGateway({
		routeDatabase: async (url) => {
			database = await openDatabaseGate(url);
			return database.url;
		},
	});
	ann = await gate.addPerson();
	await gate.db.prisma.member.updateMany({ where: { userId: ann.userId }, data: { devboxQuota: 500 } });
	client = await latitudeClient(gate, ann);
});

afterAll(async () => {
	await gate.close();
	await database.shut();
});

async function failure(work: Promise<unknown>): Promise<DevboxApiError> {
	const error = await work.then(
		() => new Error("it succeeded"),
		(caught: unknown) => caught,
	);
	expect(error).toBeInstanceOf(DevboxApiError);
	return error as DevboxApiError;
}

const labelOf = async (id: string) => (await gate.db.prisma.devbox.findUniqueOrThrow({ where: { id } })).name;

describe("a name", () => {
	test("is kept as the service gave it, with a label of its own derived", async () => {
		for (const [name, label] of [
			["my-sandbox", /^my-sandbox$/],
			["Ada's Größe Box!", /^ada-s-grosse-box$/],
			["🚀🚀", /^devbox-[a-z0-9]{4}$/],
			["x".repeat(128), /^x{63}$/],
			[" ", /^devbox-[a-z0-9]{4}$/],
		] as const) {
			const box = await client.devboxes.create(asked({ name }));
			expect(box).toMatchObject({ name, state: "requested" });
			expect(await labelOf(box.id)).toMatch(label);
			expect(await client.devboxes.get(box.id)).toMatchObject({ name, label: await labelOf(box.id) });
		}
	});

	test("that many boxes have gives each a label of its own, asked for at once as well", async () => {
		const bob = await gate.addPerson({ role: "admin", workspaceId: ann.workspaceId });
		await gate.db.prisma.member.updateMany({ where: { userId: bob.userId }, data: { devboxQuota: 500 } });
		const clients = [client, await latitudeClient(gate, bob)];
		const boxes = await Promise.all(
			Array.from({ length: 24 }, (_, n) => (clients[n % 2] ?? client).devboxes.create(asked({ name: "Same Name" }))),
		);
		const labels = new Set(await Promise.all(boxes.map((box) => labelOf(box.id))));
		expect(labels.size).toBe(24);
		expect(labels.has("same-name")).toBe(true);
		for (const label of labels) expect(label).toMatch(/^same-name(-\d+)?$/);
	});

	test("of a person's own token is a label, and one that is taken or none is refused", async () => {
		const { token } = await gate.addToken(ann);
		const create = (name: string) =>
			gate.request("/api/v1/devboxes", { body: { name }, headers: { authorization: `Bearer ${token}` } });
		expect((await create("My Box")).status).toBe(422);
		expect((await create("personal")).status).toBe(202);
		const taken = await create("personal");
		expect([taken.status, await taken.json()]).toMatchObject([409, { code: "name_taken" }]);
	});
});

describe("what is asked for", () => {
	const env = { DATABASE_URL: "postgres://ada:s3cret-of-env@db/x", NODE_ENV: "development" };
	const tokens = { claudeToken: "sk-claude-s3cret", codexToken: "sk-codex-s3cret" };

	test("is kept for the worker, its secrets sealed, and goes when the box does", async () => {
		const box = await client.devboxes.create(
			asked({
				name: "sealed",
				env,
				setup_commands: ["true"],
				setup_timeout_seconds: 600,
				credential_profile: { inject_claude_token: true, inject_codex_token: false },
			}),
			tokens,
		);
		const where = { devboxId: box.id };
		const row = await gate.db.prisma.devboxInputs.findUniqueOrThrow({ where });
		expect(row).toMatchObject({
			envNames: Object.keys(env),
			injectClaudeToken: true,
			injectCodexToken: false,
			setupCommands: ["true"],
			setupTimeoutSeconds: 600,
		});
		for (const sealed of [row.env, row.aiTokens]) {
			expect(sealed?.length).toBeGreaterThan(80);
			for (const word of ["s3cret", "DATABASE_URL", "development"])
				expect(Buffer.from(sealed ?? []).includes(word)).toBe(false);
		}
		await client.devboxes.delete(box.id);
		expect(await gate.db.prisma.devboxInputs.findUnique({ where })).toBeNull();
	});

	test("stands nowhere else in the database in plain, a request with a key included", async () => {
		const { token } = await gate.addToken(ann, { kind: "provider" });
		const answer = await gate.request("/api/v1/devboxes", {
			body: { name: "keyed", env, credential_profile: { inject_claude_token: true } },
			headers: { "x-provider-token": token, "x-claude-token": tokens.claudeToken, "idempotency-key": "once" },
		});
		expect(answer.status).toBe(202);
		const tables = await gate.db.pool.query<{ name: string }>(
			"SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
		);
		for (const { name } of tables.rows) {
			const { rows } = await gate.db.pool.query<{ count: number }>(
				`SELECT count(*)::int AS count FROM "${name}" t WHERE row_to_json(t)::text LIKE '%s3cret%' OR row_to_json(t)::text LIKE '%' || encode('s3cret'::bytea, 'hex') || '%'`,
			);
			expect([name, rows[0]?.count]).toEqual([name, 0]);
		}
	});

	test("with another token under the same key is another request", async () => {
		const { token } = await gate.addToken(ann, { kind: "provider" });
		const create = (claude: string) =>
			gate.request("/api/v1/devboxes", {
				body: { name: "keyed-2", credential_profile: { inject_claude_token: true } },
				headers: { "x-provider-token": token, "x-claude-token": claude, "idempotency-key": "tokens" },
			});
		expect((await create("sk-1")).status).toBe(202);
		expect((await create("sk-1")).headers.get("idempotency-replayed")).toBe("true");
		expect((await create("sk-2")).status).toBe(422);
	});

	test("may be all that the protocol allows, and no more, said with the limit", async () => {
		const full = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`V${n}`, "\n".repeat(30 * 1024)]));
		await client.devboxes.create(asked({ name: "full", env: full, setup_commands: Array(32).fill("x".repeat(4096)) }));
		const refused = async (fields: object) => {
			const error = await failure(client.devboxes.create(asked({ name: "over", ...fields })));
			expect(error.status).toBe(422);
			return error.detail;
		};
		expect(await refused({ env: { ...full, ONE_MORE: "x" } })).toContain("64");
		expect(await refused({ env: { BIG: "x".repeat(32 * 1024 + 1) } })).toContain("32 KiB");
		expect(await refused({ env: { "A B": "x" } })).toContain("capital letters");
		expect(await refused({ setup_commands: Array(33).fill("true") })).toContain("32");
		expect(await refused({ setup_commands: ["x".repeat(4097)] })).toContain("4 KiB");
		expect(await refused({ setup_timeout_seconds: 29 })).toContain("30 to 3600");
		expect(await refused({ plan: "huge" })).toContain("s, m, l, xl");
		expect(await refused({ env: { "A B": "x" }, plan: "huge" })).toMatch(
			/capital letters.*, Unknown size|Unknown size.*, .*capital/,
		);
	});

	test("of repositories is listed with where each goes; places that are elsewhere or in each other's way are refused", async () => {
		const repository = (target_path: string, full_name = "org/repo"): DevboxRepositoryRequest => ({
			repo_id: 12345,
			full_name,
			ref: "main",
			target_path,
		});
		const box = await client.devboxes.create(
			asked({
				name: "cloned",
				repository: "github.com/org/legacy",
				branch: "dev",
				repositories: [repository("/workspace/repo"), { full_name: "org/other" } as DevboxRepositoryRequest],
			}),
		);
		const common = {
			installation_id: 0,
			clone_status: "pending",
			clone_error: null,
			clone_note: null,
			commit: null,
			is_private: null,
			is_proxied: false,
			depth: null,
			submodules: false,
			push: false,
		};
		expect(await client.devboxes.listRepositories(box.id)).toEqual([
			{
				...common,
				repo_id: 0,
				full_name: "org/legacy",
				ref: "dev",
				target_path: "/workspaces/legacy",
				url: "https://github.com/org/legacy",
			},
			{
				...common,
				repo_id: 12345,
				full_name: "org/repo",
				ref: "main",
				target_path: "/workspace/repo",
				url: "https://github.com/org/repo",
			},
			{
				...common,
				repo_id: 0,
				full_name: "org/other",
				ref: "HEAD",
				target_path: "/workspaces/other",
				url: "https://github.com/org/other",
			},
		]);
		for (const path of ["/etc/x", "/workspaces/../etc", "repo", "/home/ada/x"]) {
			const error = await failure(client.devboxes.create(asked({ name: "x", repositories: [repository(path)] })));
			expect([error.status, error.detail]).toEqual([422, expect.stringContaining("/home/devbox")]);
		}
		const same = [repository("/workspace/a"), repository("/workspaces/a/b", "org/b")];
		expect((await failure(client.devboxes.create(asked({ name: "x", repositories: same })))).detail).toContain(
			"each other's way",
		);
	});
});

describe("errors", () => {
	test("are the client's own, with status and words", async () => {
		const nobody = new DevboxClient({ baseUrl: gate.origin, providerToken: "devbox_svc_none" });
		expect((await failure(nobody.devboxes.list())).status).toBe(401);
		const narrow = await gate.addToken(ann, { kind: "provider", scopes: ["devbox:read"] });
		const reader = new DevboxClient({ baseUrl: gate.origin, providerToken: narrow.token });
		expect((await failure(reader.devboxes.create(asked({ name: "x" })))).status).toBe(403);
		const bob = await gate.addPerson();
		const foreign = await gate.addDevbox(bob);
		for (const id of [foreign, "dbx_0000000000000000", "a/b c"]) {
			const error = await failure(client.devboxes.get(id));
			expect([error.status, error.name]).toEqual([404, "DevboxApiError"]);
			expect(error.message).toBe(`404: ${error.detail}`);
		}
		const both = await failure(client.devboxes.create(asked({ name: "", setup_timeout_seconds: 1 })));
		expect([both.status, both.detail]).toEqual([
			422,
			"A name is needed: 1 to 128 characters., Seconds, a whole number from 30 to 3600.",
		]);
	});

	test("a wait that ends says how the box was", async () => {
		const box = await client.devboxes.create(asked({ name: "slow" }));
		const error = await client.devboxes
			.waitForReady(box.id, { timeoutMs: 200, intervalMs: 50 })
			.catch((caught) => caught);
		expect(error).toBeInstanceOf(DevboxTimeoutError);
		expect(error).toMatchObject({ devboxId: box.id, lastState: "requested" });
		await client.devboxes.delete(box.id);
		const over = await failure(client.devboxes.waitForReady(box.id));
		expect([over.status, over.detail]).toEqual([409, "Devbox reached terminal state: destroyed"]);
	});
});

test("GitHub that is not connected is told as such", async () => {
	expect(await client.github.getConnection()).toBeNull();
	expect(await client.github.disconnect()).toBeUndefined();
	expect((await failure(client.github.startOAuth("https://app.example.com/callback"))).status).toBe(501);
	for (const ask of [
		() => client.github.listRepos(),
		() => client.github.listOrgs(),
		() => client.github.updateOrgGrants(["my-org"]),
	]) {
		const error = await failure(ask());
		expect([error.status, error.detail]).toEqual([409, expect.stringContaining("GitHub is not connected")]);
	}
	expect((await failure(client.github.startOAuth("no address"))).status).toBe(422);
});

describe("waitForReady", () => {
	test("lives through a database that goes away and comes back", async () => {
		const box = await client.devboxes.create(asked({ name: "patient" }));
		const ready = client.devboxes.waitForReady(box.id, { intervalMs: 50, timeoutMs: 60_000 });
		await database.shut();
		// A request that does not wait is told that it is away.
		await expect
			.poll(async () => (await gate.request("/api/v1/images", { as: ann })).status, { timeout: 10_000 })
			.toBe(503);
		await database.open();
		await gate.db.prisma.devbox.update({ where: { id: box.id }, data: { state: "ready", power: "running" } });
		expect(await ready).toMatchObject({ id: box.id, state: "ready" });
	});
});

describe("GitHub that is connected", () => {
	let world: GithubWorld;
	let connected: DevboxClient;

	beforeAll(async () => {
		world = await openGithubWorld();
		const person = await world.gate.addPerson();
		connected = await latitudeClient(world.gate, person);
		const { authorize_url, state, expires_at } = await connected.github.startOAuth("https://app.example.com/callback");
		expect(state).toMatch(/^[\w-]{43}$/);
		expect(Date.parse(expires_at)).toBeGreaterThan(Date.now());
		const to = await consent(world.github, authorize_url, "ada");
		// A program began it: the browser, signed in nowhere, is asked first.
		const done = await world.gate.request(to.pathname, {
			method: "POST",
			body: new URLSearchParams(to.searchParams).toString(),
			headers: { "content-type": "application/x-www-form-urlencoded" },
		});
		expect(done.headers.get("location")).toBe("https://app.example.com/callback?github=connected");
	});
	afterAll(() => world.close());

	test("is told, lists what is granted, and is gone after the disconnect", async () => {
		expect(await connected.github.getConnection()).toMatchObject({
			github_login: "ada",
			github_user_id: 1001,
			connected_at: expect.stringMatching(/^\d{4}-.*Z$/),
		});
		expect(await connected.github.listOrgs()).toEqual([
			{ org_login: "analytical-engines", granted: false },
			{ org_login: "difference-club", granted: false },
		]);
		const names = async () => (await connected.github.listRepos()).map((repository) => repository.full_name);
		expect(await names()).toEqual(["ada/notes", "ada/poems"]);
		expect(await connected.github.updateOrgGrants(["analytical-engines"])).toEqual({ selected_count: 1 });
		expect(await names()).toEqual([
			"ada/notes",
			"ada/poems",
			"analytical-engines/engine",
			"analytical-engines/website",
		]);
		expect((await connected.github.listRepos())[0]).toMatchObject({
			repo_id: 3001,
			default_branch: "main",
			private: true,
			granted: true,
		});
		expect(await connected.github.disconnect()).toBeUndefined();
		expect(await connected.github.getConnection()).toBeNull();
		expect((await failure(connected.github.listRepos())).status).toBe(409);
	});

	test("says in words what is refused", async () => {
		const elsewhere = await failure(connected.github.startOAuth("https://evil.example/callback"));
		expect([elsewhere.status, elsewhere.detail]).toEqual([422, expect.stringContaining("https://app.example.com")]);
	});
});
