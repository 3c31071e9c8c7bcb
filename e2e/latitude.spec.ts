/** The published client @latitudesh/devbox, unchanged, against the product with real machines, through every method. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type CreateDevboxRequest, DevboxApiError, DevboxClient, DevboxTimeoutError } from "@latitudesh/devbox";
import { expect, test } from "@playwright/test";
import type { DevboxApi } from "../sdk/src/index.ts";
import { boxGit, inBox, serveGitInBox, variableInBox } from "./box-git-server.ts";
import { install } from "./install.ts";
import { apiOf, destroyAll, signInByLink } from "./session.ts";

let api: DevboxApi;
let client: DevboxClient;
let userToken = "";
let providerToken = "";

test.beforeAll(async ({ browser }) => {
	const page = await browser.newPage();
	await signInByLink(page);
	api = apiOf(page);
	providerToken = (await api.createApiToken({ name: "latitude", kind: "provider", expires_in_days: 1 })).token;
	userToken = (await api.createApiToken({ name: "latitude", expires_in_days: 1 })).token;
	client = new DevboxClient({ baseUrl: install.url, providerToken });
});

test.afterEach(() => destroyAll(api));

/** The package's types ask for every field, its documentation for the name alone. */
const asked = (fields: Partial<CreateDevboxRequest> & { name: string }) => fields as CreateDevboxRequest;

async function failure(work: Promise<unknown>): Promise<DevboxApiError> {
	const error = await work.then(
		() => new Error("it succeeded"),
		(caught: unknown) => caught,
	);
	expect(error).toBeInstanceOf(DevboxApiError);
	return error as DevboxApiError;
}

async function untilFailed(id: string): Promise<string> {
	const error = await failure(client.devboxes.waitForReady(id, { intervalMs: 300 }));
	expect([error.status, error.detail]).toEqual([409, "Devbox reached terminal state: failed"]);
	return (await client.devboxes.listOperations(id)).find((operation) => operation.status === "failed")?.message ?? "";
}

/** Kills a process of the product; its supervisor starts it again. */
function kill(name: "gateway" | "worker" | "postgres"): void {
	const pid =
		name === "postgres"
			? readFileSync(path.join(install.dataDir, "postgres/postmaster.pid"), "utf8").split("\n")[0]
			: JSON.parse(readFileSync(path.join(install.dataDir, "run/running.json"), "utf8")).processes[name];
	// PostgreSQL's own children end with it only when it is told to go at once; KILL would leave them the memory.
	process.kill(Number(pid), name === "postgres" ? "SIGQUIT" : "SIGKILL");
}

test("the documentation's sample runs, with other tokens and repositories alone", async () => {
	const devbox = await client.devboxes.create(
		asked({
			name: "my-sandbox",
			repositories: [
				{
					repo_id: 12345,
					full_name: boxGit.repository,
					ref: "main",
					target_path: "/workspace/repo",
				},
			],
			env: {
				DATABASE_URL: "postgres://ada:s3cret-of-env@db/x",
				NODE_ENV: "development",
			},
			setup_commands: ["cd /workspace/repo && npm install", "cd /workspace/repo && npm run build"],
			setup_timeout_seconds: 600,
			credential_profile: {
				inject_claude_token: true,
				inject_codex_token: true,
			},
		}),
		{
			claudeToken: "sk-claude-s3cret",
			codexToken: "sk-codex-s3cret",
		},
	);
	expect(devbox).toMatchObject({ name: "my-sandbox", state: "requested" });
	await serveGitInBox(devbox.id);
	const ready = await client.devboxes.waitForReady(devbox.id);
	expect(ready.state).toBe("ready");

	const operations = await client.devboxes.listOperations(devbox.id);
	expect(operations.map(({ step, status }) => [step, status])).toEqual([
		["provision", "success"],
		["inject_credentials", "success"],
		["clone_repositories", "success"],
		["run_setup_commands", "success"],
		["publish_access", "success"],
	]);
	expect(operations[3]?.message).toMatch(
		/npm install[\s\S]*added 1 package[\s\S]*npm run build[\s\S]*hello in \/workspaces?\/repo with NODE_ENV=development/,
	);
	expect(JSON.stringify(operations)).not.toContain("s3cret");
	expect(await client.devboxes.listRepositories(devbox.id)).toMatchObject([
		{
			repo_id: 12345,
			full_name: "org/repo",
			ref: "main",
			target_path: "/workspace/repo",
			clone_status: "success",
			clone_error: null,
		},
	]);
	expect(inBox(devbox.id, "cat", "/workspaces/repo/package.json")).toContain("repo");
	expect(inBox(devbox.id, "stat", "-c", "%a %U", "/run/devbox/env").trim()).toBe("400 devbox");
	expect(variableInBox(devbox.id, "ANTHROPIC_API_KEY")).toBe("sk-claude-s3cret");
	expect(variableInBox(devbox.id, "OPENAI_API_KEY")).toBe("sk-codex-s3cret");

	const session = await client.devboxes.createSession(ready.id);
	expect(session.command).toMatch(/^ssh .+ -p \d+$/);
	expect(session.ssh).toMatchObject({
		host: expect.any(String),
		port: expect.any(Number),
		username: expect.any(String),
	});
	expect(Date.parse(session.expires_at)).toBeGreaterThan(Date.now());
	expect(Array.isArray(await client.devboxes.listSessions(devbox.id))).toBe(true);
	expect(await client.devboxes.revokeSession(devbox.id, session.session_id)).toBeUndefined();

	// After a stop and a start the environment is there again, and the AI tokens are not.
	await api.stopDevbox({ id: devbox.id });
	await expect.poll(async () => (await client.devboxes.get(devbox.id)).state, { timeout: 60_000 }).toBe("stopped");
	await api.startDevbox({ id: devbox.id });
	await client.devboxes.waitForReady(devbox.id, { intervalMs: 200 });
	expect(variableInBox(devbox.id, "DATABASE_URL")).toBe("postgres://ada:s3cret-of-env@db/x");
	expect(variableInBox(devbox.id, "ANTHROPIC_API_KEY")).toBe("");
	const started = (await client.devboxes.listOperations(devbox.id)).at(-1);
	expect(started).toMatchObject({ step: "start", message: expect.stringContaining("Claude token not present") });

	expect((await client.devboxes.list()).map(({ id }) => id)).toEqual([devbox.id]);
	expect(await client.devboxes.delete(devbox.id)).toBeUndefined();
	expect(await client.devboxes.get(devbox.id)).toMatchObject({ state: "destroyed" });
});

test("the quick start runs with a name and a token, for the user whose token comes along", async () => {
	const both = new DevboxClient({ baseUrl: install.url, providerToken, userToken });
	const devbox = await both.devboxes.create(
		asked({ name: "Ada's 1st box 🚀", credential_profile: { inject_claude_token: true, inject_codex_token: false } }),
		{ claudeToken: "sk-claude-s3cret" },
	);
	expect(devbox.name).toBe("Ada's 1st box 🚀");
	const early = await both.devboxes.waitForReady(devbox.id, { timeoutMs: 1 }).catch((error: unknown) => error);
	expect(early).toBeInstanceOf(DevboxTimeoutError);
	const ready = await both.devboxes.waitForReady(devbox.id);
	expect(inBox(ready.id, "hostname").trim()).toBe("ada-s-1st-box");
	expect(variableInBox(ready.id, "ANTHROPIC_API_KEY")).toBe("sk-claude-s3cret");
	expect(ready.access_url === null || typeof ready.access_url === "string").toBe(true);
});

test("users and GitHub answer what the client expects", async () => {
	expect(await client.users.getProfile()).toMatchObject({ has_ssh_key: false });
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEjQm6YkAAXYnXkjnqyW1YSYNpG0LPWbHnBqwZ4Z0a3N";
	expect(await client.users.setSshKey(key)).toBeUndefined();
	expect(await client.users.getProfile()).toMatchObject({ has_ssh_key: true });
	expect(await client.users.deleteSshKey()).toBeUndefined();
	expect(await client.users.getProfile()).toMatchObject({ has_ssh_key: false });
	expect((await failure(client.users.setSshKey("no key"))).status).toBe(422);
	expect(await client.github.getConnection()).toBeNull();
	expect(await client.github.disconnect()).toBeUndefined();
	expect((await failure(client.github.startOAuth("https://app.example.com/callback"))).status).toBe(422);
	const oauth = await client.github.startOAuth(`${install.url}/settings/github`);
	expect(new URL(oauth.authorize_url).searchParams.get("state")).toBe(oauth.state);
	expect((await failure(client.github.listRepos())).detail).toContain("GitHub is not connected");
	expect((await failure(client.github.listOrgs())).status).toBe(409);
	expect((await failure(client.github.updateOrgGrants(["my-org", "other-org"]))).status).toBe(409);
	const nobody = new DevboxClient({ baseUrl: install.url, providerToken: "devbox_svc_nobody" });
	expect((await failure(nobody.users.getProfile())).status).toBe(401);
	expect((await failure(client.devboxes.get("dbx_0000000000000000"))).status).toBe(404);
	const refused = await failure(client.devboxes.create(asked({ name: "", setup_timeout_seconds: 5 })));
	expect([refused.status, refused.detail]).toEqual([422, expect.stringMatching(/A name is needed.*, Seconds, /)]);
});

test("waitForReady lives through a gateway that is killed and a database that is stopped", async () => {
	const devbox = await client.devboxes.create(asked({ name: "patient", setup_commands: ["sleep 6"] }));
	const ready = client.devboxes.waitForReady(devbox.id, { intervalMs: 50 });
	await expect
		.poll(async () => (await api.listOperations({ id: devbox.id })).data[3]?.message ?? "", { timeout: 60_000 })
		.toContain("sleep 6");
	kill("postgres");
	kill("gateway");
	expect((await ready).state).toBe("ready");
});

test("a setup command that fails leaves the box to look into, and says why, without the box's secrets", async () => {
	const devbox = await client.devboxes.create(
		asked({
			name: "broken",
			env: { API_TOKEN: "s3cret-value-of-env" },
			setup_commands: [
				"echo first; pwd",
				'seq 1 200000; echo token=$API_TOKEN; echo "it\'s over" >&2; exit 7',
				"touch /tmp/third",
			],
		}),
	);
	const message = await untilFailed(devbox.id);
	expect(message.split("\n")[0]).toBe(
		'Command 2 of 3 failed with exit code 7: seq 1 200000; echo token=$API_TOKEN; echo "it\'s over" >&2; exit 7',
	);
	expect(message.endsWith("200000\ntoken=•••\nit's over")).toBe(true);
	expect(Buffer.byteLength(message)).toBeLessThan(16 * 1024);
	const box = await api.getDevbox({ id: devbox.id });
	expect(box).toMatchObject({ state: "failed", power: "running", actions: ["open_terminal", "destroy"] });
	expect(box.reason).toContain("Command 2 of 3 failed with exit code 7");
	expect(Date.parse(box.keep_until ?? "") - Date.now()).toBeGreaterThan(3_000_000);
	expect(inBox(devbox.id, "sh", "-c", "ls /tmp/third 2>&1 || :")).toContain("No such file");
	const statuses = (await client.devboxes.listOperations(devbox.id)).map(({ step, status }) => `${step} ${status}`);
	expect(statuses.slice(-2)).toEqual(["run_setup_commands failed", "publish_access deleted"]);
});

test("setup commands that take longer than they may are ended with all that they started, live output until then", async () => {
	const devbox = await client.devboxes.create(
		asked({
			name: "slow",
			setup_commands: ["echo begun; (sleep 987 & sudo sleep 986 & echo children; wait)"],
			setup_timeout_seconds: 30,
		}),
	);
	await expect
		.poll(async () => (await client.devboxes.listOperations(devbox.id))[3]?.message ?? "", { timeout: 60_000 })
		.toContain("begun\nchildren");
	expect(await untilFailed(devbox.id)).toContain("Command 1 of 1 was ended: the setup commands had 30 s together");
	expect(inBox(devbox.id, "sh", "-c", "pgrep -fx 'sleep 98[67]' || echo none").trim()).toBe("none");
});

test("a worker that is killed in a setup command is followed by one that runs that command again and no other", async () => {
	const devbox = await client.devboxes.create(
		asked({
			name: "survivor",
			setup_commands: [
				"echo first >> ~/ran",
				"echo second >> ~/ran; sleep 30; echo whole >> ~/ran",
				"echo third >> ~/ran",
			],
		}),
	);
	await expect
		.poll(async () => (await client.devboxes.listOperations(devbox.id))[3]?.message ?? "", { timeout: 60_000 })
		.toContain("Command 2 of 3 runs");
	kill("worker");
	await client.devboxes.waitForReady(devbox.id, { intervalMs: 300 });
	expect(inBox(devbox.id, "cat", "/home/devbox/ran")).toBe("first\nsecond\nsecond\nwhole\nthird\n");
	const message = (await client.devboxes.listOperations(devbox.id))[3]?.message;
	expect(message).toContain("(had succeeded before another worker took over)");
});

test("a public address is cloned with branch, tag and commit; each failure says which it is", async () => {
	const url = `${boxGit.httpsUrl}/${boxGit.repository}`;
	const env = { GIT_SSL_CAINFO: boxGit.certificate };
	const clone = async (name: string, fields: Partial<CreateDevboxRequest>) => {
		const devbox = await client.devboxes.create(asked({ name, ...fields }));
		await serveGitInBox(devbox.id);
		return devbox.id;
	};
	const legacy = await clone("by-branch", { repository: url, branch: "dev", env });
	await client.devboxes.waitForReady(legacy);
	expect(inBox(legacy, "cat", "/workspaces/repo/branch.txt")).toBe("dev\n");
	const [cloned] = (await api.listRepositories({ id: legacy })).data;
	expect(cloned).toMatchObject({
		ref: "dev",
		clone_status: "success",
		commit: expect.stringMatching(/^[0-9a-f]{40}$/),
	});
	await destroyAll(api);

	const missing = await clone("no-such-repository", { repository: `${boxGit.httpsUrl}/org/none`, env });
	expect(await untilFailed(missing)).toContain("org/none: The repository was not found.");
	expect((await api.listRepositories({ id: missing })).data).toMatchObject([
		{ clone_status: "failed", clone_error: expect.stringContaining("not found") },
	]);
	const ref = await clone("no-such-ref", { repository: url, branch: "nope", env });
	expect(await untilFailed(ref)).toContain('There is no branch, tag or commit "nope"');
	const tls = await clone("not-trusted", { repository: url });
	expect(await untilFailed(tls)).toContain("The certificate of localhost:8443 is not trusted");
	await destroyAll(api);

	const away = await client.devboxes.create(asked({ name: "no-network", repository: "https://localhost:9/org/repo" }));
	expect(await untilFailed(away.id)).toContain("localhost:9 could not be reached from the devbox");
	expect(inBox(away.id, "ls", "-A", "/workspaces")).toBe("");
});
