/** Secrets on the real engine: where their values are, and that they are nowhere else. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceName } from "../lib/domain/ids.ts";
import { SecretText } from "../lib/domain/secret-text.ts";
import { startDevbox } from "../lib/usecases/devboxes/start-devbox.ts";
import { stopDevbox } from "../lib/usecases/devboxes/stop-devbox.ts";
import { getEnvironment } from "../lib/usecases/environment/get-environment.ts";
import { setAiTokens } from "../lib/usecases/environment/set-ai-tokens.ts";
import { createSecret } from "../lib/usecases/secrets/create-secret.ts";
import { deleteSecret } from "../lib/usecases/secrets/delete-secret.ts";
import { putSecretValue } from "../lib/usecases/secrets/put-secret-value.ts";
import { refreshSecret } from "../lib/usecases/secrets/refresh-secret.ts";
import { createEngineWorld, type EngineWorld } from "../worker/testing/engine-world.ts";
import { quietLog, until } from "../worker/testing/worker-world.ts";
import { withEnvironment } from "./hosts/with-environment.ts";

const old = "f1rst-value-of-the-secret";
const newer = "s3cond value\nof 'the' \"secret\" $(id)";
const literal = "l1teral-value-of-the-box";
const claude = "sk-claude-t0ken-of-the-box";

let world: EngineWorld;
let deps: Parameters<typeof createSecret>[0];
let id: string;
let secretId: string;

beforeAll(async () => {
	world = await createEngineWorld();
	world.worker();
	deps = {
		db: world.db,
		previewBase: null,
		sealer: world.sealer,
		issuer: world.issuer,
		githubUrl: "https://github.test",
	};
	const body = { description: "", labels: {}, scope: "user" as const };
	const made = await createSecret(deps, world.actor, {
		body: { ...body, name: "npm", value: new SecretText(old), env_name: null, in_all_boxes: false },
	});
	secretId = made.id;
	await createSecret(deps, world.actor, {
		body: {
			...body,
			name: "everywhere",
			value: new SecretText("in-all-of-them"),
			env_name: "EVERYWHERE",
			in_all_boxes: true,
		},
	});
	const env = [
		{ name: "LITERAL", value: literal },
		{ name: "NPM_TOKEN", from_secret_id: secretId },
	];
	const asked = { env, credential_profile: { inject_claude_token: true } };
	id = (await world.create("secrets", asked, { "X-Claude-Token": claude })).id;
	await world.untilState(id, "ready", 100_000);
}, 180_000);
afterAll(() => world?.close());

async function inBox(command: string, user: "root" | "devbox" = "devbox", links = world.links): Promise<string> {
	const link = await links.get({ instance: instanceName(id), user });
	return (await link.run({ command, timeoutMs: 60_000 })).stdout;
}
/** As the loader of shells, commands and setup reads it: the last of a name. */
const variable = (name: string, links = world.links) => {
	const script = `chomp; $v{$1} = $2 if /\\A(\\w+)=(.*)\\z/s; END { print exists $v{${name}} ? "$v{${name}}\\n" : "none\\n" }`;
	return inBox(`perl -0ne '${script}' /run/devbox/env`, "devbox", links);
};
const environment = () => getEnvironment(deps, world.actor, { params: { id } });

describe("a box made with a value, a secret and an AI token", () => {
	it("has all three, and what is in all boxes, for every program of its user", async () => {
		expect(await variable("LITERAL")).toBe(`${literal}\n`);
		expect(await variable("NPM_TOKEN")).toBe(`${old}\n`);
		expect(await variable("EVERYWHERE")).toBe("in-all-of-them\n");
		expect(await variable("ANTHROPIC_API_KEY")).toBe(`${claude}\n`);
		expect((await environment()).ai_tokens).toMatchObject([{ tool: "claude", state: "present" }]);
	});

	it("holds them in memory alone: neither its disk nor any argument list has one", async () => {
		for (const value of [old, literal, claude]) {
			// The pattern comes over standard input: an argument would find itself.
			const link = await world.links.get({ instance: instanceName(id), user: "root" });
			const found = await link.run({
				command:
					"grep -rlF -f - --devices=skip --exclude-dir=proc --exclude-dir=sys --exclude-dir=run --exclude-dir=dev / 2>/dev/null",
				stdin: value,
				timeoutMs: 120_000,
			});
			expect(found.stdout).toBe("");
			const argv = await link.run({ command: "cat /proc/[0-9]*/cmdline", timeoutMs: 10_000 });
			expect(argv.stdout.includes(value)).toBe(false);
		}
	}, 200_000);

	it("has them in no column of the database in plain, in no message and no audit event", async () => {
		const { rows } = await world.db.pool.query<{ name: string }>(
			"SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
		);
		for (const { name } of rows)
			for (const value of [old, literal, claude]) {
				const found = await world.db.pool.query(
					`SELECT 1 FROM "${name}" t WHERE row_to_json(t)::text LIKE '%' || $1 || '%' OR row_to_json(t)::text LIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'`,
					[value],
				);
				expect([name, found.rowCount]).toEqual([name, 0]);
			}
		expect((await world.db.prisma.devboxInputs.findUniqueOrThrow({ where: { devboxId: id } })).aiTokens).toBeNull();
		const uses = await world.db.prisma.auditEvent.findMany({ where: { action: "secret.use" } });
		expect(uses.map((event) => event.targetName).sort()).toEqual(["everywhere", "npm"]);
	});
});

describe("a changed secret", () => {
	it("names the running box that holds the old value, and a refresh brings the new one; the AI token stays", async () => {
		const input = { params: { id: secretId }, body: { value: new SecretText(newer) } };
		const { stale_devboxes: stale } = await putSecretValue(deps, world.actor, input);
		expect(stale).toMatchObject([{ devbox_id: id, env_name: "NPM_TOKEN", version: 1, is_stale: true }]);
		expect((await environment()).is_stale).toBe(true);
		const refreshed = await refreshSecret(deps, world.actor, { params: { id: secretId } });
		expect(refreshed.data).toHaveLength(1);
		await until("it is refreshed", async () => !(await environment()).is_stale);
		expect(await variable("NPM_TOKEN")).toBe(`${newer}\n`);
		expect(await variable("ANTHROPIC_API_KEY")).toBe(`${claude}\n`);
	}, 60_000);
});

describe("after a stop and a start", () => {
	it("the value and the secret are there again; the AI token is not, and says so until it is given again", async () => {
		await stopDevbox(deps, world.actor, { params: { id } });
		await world.untilState(id, "stopped", 60_000);
		await startDevbox(deps, world.actor, { params: { id } });
		await world.untilState(id, "ready", 120_000);
		expect(await variable("LITERAL")).toBe(`${literal}\n`);
		expect(await variable("NPM_TOKEN")).toBe(`${newer}\n`);
		expect(await variable("ANTHROPIC_API_KEY")).toBe("none\n");
		expect((await environment()).ai_tokens).toMatchObject([
			{ tool: "claude", state: "not_present", message: "Claude token not present" },
		]);
		await setAiTokens(deps, world.actor, {
			params: { id },
			headers: {},
			body: { claude_token: new SecretText(claude) },
		});
		await until("it is given", async () => (await environment()).ai_tokens[0]?.state === "present");
		expect(await variable("ANTHROPIC_API_KEY")).toBe(`${claude}\n`);
		expect((await world.db.prisma.devboxInputs.findUniqueOrThrow({ where: { devboxId: id } })).aiTokens).toBeNull();
	}, 200_000);
});

describe("after a reboot from inside", () => {
	it("the first visit finds the environment again, without a word to the worker", async () => {
		await inBox("nohup sh -c 'sleep 0.5; systemctl reboot' >/dev/null 2>&1 &", "root");
		const links = withEnvironment(world.links, { db: world.db, sealer: world.sealer, log: quietLog });
		await until(
			"it rebooted",
			async () => {
				world.links.drop(instanceName(id));
				return (await inBox("test -f /run/devbox/env || echo gone", "devbox").catch(() => "")) === "gone\n";
			},
			90_000,
		);
		world.links.drop(instanceName(id));
		expect(await variable("NPM_TOKEN", links)).toBe(`${newer}\n`);
		expect(await variable("LITERAL", links)).toBe(`${literal}\n`);
		expect((await environment()).ai_tokens).toMatchObject([{ state: "not_present" }]);
	}, 150_000);
});

describe("a secret that is deleted", () => {
	it("before a create brought it in fails that create, which says which; a box that had it starts without", async () => {
		const other = await createSecret(deps, world.actor, {
			body: {
				name: "brief",
				value: new SecretText("x"),
				scope: "user",
				description: "",
				labels: {},
				env_name: null,
				in_all_boxes: false,
			},
		});
		await world.db.pool.query("UPDATE hosts SET status = 'draining'");
		const box = await world.create("without", { env: [{ name: "BRIEF", from_secret_id: other.id }] });
		await deleteSecret(deps, world.actor, { params: { id: other.id } });
		await world.db.pool.query("UPDATE hosts SET status = 'online'");
		const row = await world.untilState(box.id, "failed", 120_000);
		expect(row.reason).toContain(`brief (${other.id}) for BRIEF`);
		const { data } = await deleteSecret(deps, world.actor, { params: { id: secretId } });
		expect(data).toMatchObject([{ devbox_id: id }]);
		await stopDevbox(deps, world.actor, { params: { id } });
		await world.untilState(id, "stopped", 60_000);
		await startDevbox(deps, world.actor, { params: { id } });
		await world.untilState(id, "ready", 120_000);
		expect((await world.operations(id)).at(-1)?.message).toContain("NPM_TOKEN is not set: its secret npm");
		expect(await variable("NPM_TOKEN")).toBe("none\n");
	}, 300_000);
});
