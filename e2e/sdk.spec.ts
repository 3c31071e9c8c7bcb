/** The published package against the running product: its README as it stands, a stranger's snippet, and bad days. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { Compute, DevboxError } from "../sdk/src/index.ts";
import { install } from "./install.ts";
import { apiOf, destroyAll, signInByLink } from "./session.ts";

type Example = { title: string; code: string; expected: string[] };

const run = promisify(execFile);
const sdk = path.join(install.root, "sdk");
const readme = await readFile(path.join(sdk, "README.md"), "utf8");

let folder = "";
let apiKey = "";

/** Every `ts` block under the heading above it; `// → text` says what is printed. */
function examplesOf(markdown: string): Example[] {
	const examples: Example[] = [];
	let title = "";
	for (const part of markdown.split(/^(?=## |```)/m)) {
		if (part.startsWith("## ")) title = part.slice(3).split("\n")[0] ?? "";
		if (!part.startsWith("```ts\n")) continue;
		const code = part.slice("```ts\n".length);
		examples.push({ title, code, expected: [...code.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1] ?? "") });
	}
	return examples;
}

/** Runs a program that has the package installed; what it printed, and how it ended. */
async function program(name: string, code: string): Promise<{ stdout: string; stderr: string; exitCode: number }> {
	const file = path.join(folder, name);
	await writeFile(file, code);
	const plain = { NO_COLOR: "1", FORCE_COLOR: undefined };
	const env = { ...process.env, ...plain, DEVBOX_API_KEY: apiKey, DEVBOX_URL: install.url };
	return run(process.execPath, [file], { cwd: folder, env, timeout: 150_000 }).then(
		({ stdout, stderr }) => ({ stdout, stderr, exitCode: 0 }),
		(error: { stdout: string; stderr: string; code: number }) => ({ ...error, exitCode: error.code }),
	);
}

async function gatewayPid(): Promise<number> {
	const running = JSON.parse(await readFile(path.join(install.dataDir, "run/running.json"), "utf8"));
	return Number(running.processes.gateway);
}

test.beforeAll(async ({ browser }) => {
	folder = await mkdtemp(path.join(tmpdir(), "devbox-e2e-sdk-"));
	const installed = path.join(folder, "node_modules/@devbox/sdk");
	await mkdir(installed, { recursive: true });
	await cp(path.join(sdk, "package.json"), path.join(installed, "package.json"));
	await run(process.execPath, [path.join(install.root, "scripts/build-sdk.ts"), installed], { timeout: 120_000 });
	const page = await browser.newPage({ baseURL: install.url });
	await signInByLink(page);
	await destroyAll(apiOf(page));
	const scopes = [
		"devbox:read" as const,
		"devbox:write" as const,
		"exec" as const,
		"secret:use" as const,
		"secret:write" as const,
		"admin" as const,
	];
	apiKey = (await apiOf(page).createApiToken({ name: "sdk spec", expires_in_days: 1, scopes })).token;
	await page.close();
});

test.afterEach(async () => {
	for (const box of await new Compute({ apiKey, baseUrl: install.url }).box.list()) await box.destroy();
});

test.afterAll(async () => {
	await rm(folder, { recursive: true, force: true });
});

test.describe("the SDK's README", () => {
	for (const [index, example] of examplesOf(readme).entries())
		test(`example ${index + 1}, ${example.title}, prints what it says`, async () => {
			const { stdout, stderr, exitCode } = await program(`example-${index}.ts`, example.code);
			expect(`${stderr}${exitCode}`, stdout).toBe("0");
			let rest = stdout;
			for (const text of example.expected) {
				expect(rest).toContain(text);
				rest = rest.slice(rest.indexOf(text) + text.length);
			}
		});
});

test.describe("the SDK", () => {
	test("a snippet written for another service runs, with import, key and repository replaced", async () => {
		const snippet = `import { Compute } from "@devbox/sdk";

const id = "4711";
const c = new Compute({ apiKey: process.env.DEVBOX_API_KEY });

// One VM per task / workspace / session
const box = await c.box.create({ name: \`task-\${id}\` });

await box.exec(["bash", "-lc", "git init -q source && git clone -q source work"]);
await box.exec(["bash", "-lc", "cd work && git status --short --branch"]);

// Warm-suspend between agent turns -- sub-ms resume on the next call
await box.suspend();
await box.resume();

// Clean up
await box.destroy();
`;
		const { stderr, exitCode } = await program("snippet.mjs", snippet);
		expect(exitCode).toBe(1);
		expect(stderr).toContain("code: 'not_supported'");
		const c = new Compute({ apiKey, baseUrl: install.url });
		const { execs } = await (await c.box.get("task-4711")).execs.list();
		expect(execs.map(({ data }) => data.exit_code)).toEqual([0, 0]);
		// Up to what is not there yet; without that, to its end.
		const rest = snippet.replace(/^await box\.(suspend|resume).*\n/gm, "").replace("4711", "4712");
		expect(await program("rest.mjs", rest)).toMatchObject({ exitCode: 0, stderr: "" });
		await expect(c.box.get("task-4712")).rejects.toMatchObject({ code: "not_found" });
	});

	test("a killed gateway costs a detached command nothing, and an attached one is lost, not 0", async () => {
		const c = new Compute({ apiKey, baseUrl: install.url });
		await using box = await c.box.create({ name: "sdk-restart" });
		const counting = "for i in $(seq 1 60); do echo line $i; sleep 0.2; done; exit 7";
		const detached = box.exec(["sh", "-c", counting], { detach: true });
		let isRunning = false;
		const attached = box
			.exec(["sh", "-c", counting], {
				onStdout: () => {
					isRunning = true;
				},
			})
			.catch((error: unknown) => error);
		await expect.poll(() => isRunning).toBe(true);
		process.kill(await gatewayPid(), "SIGKILL");
		expect(await attached).toMatchObject({ code: "lost" });
		const result = await detached;
		expect(result.exitCode).toBe(7);
		expect(result.stdout).toBe(Array.from({ length: 60 }, (_, i) => `line ${i + 1}\n`).join(""));
	});

	test("waiting for a devbox lives through a killed gateway", async () => {
		const c = new Compute({ apiKey, baseUrl: install.url });
		const box = await c.box.create({ name: "sdk-wait", wait: false });
		const ready = box.waitForReady();
		process.kill(await gatewayPid(), "SIGKILL");
		expect((await ready).state).toBe("ready");
	});

	test("64 MiB go in and out whole, as do bytes on standard input", async () => {
		const c = new Compute({ apiKey, baseUrl: install.url });
		await using box = await c.box.create({ name: "sdk-bytes" });
		const bytes = new Uint8Array(64 * 1024 * 1024);
		for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
		const sum = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
		const uploaded = await box.files.upload("big", bytes, { sha256: sum });
		expect(uploaded).toMatchObject({ size_bytes: bytes.length, sha256: sum });
		expect(Buffer.compare(await box.files.read("big"), bytes)).toBe(0);
		const { stdout } = await box.exec(["sha256sum"], { stdin: bytes });
		expect(stdout.split(" ")[0]).toBe(sum);
		const cut = async function* () {
			yield bytes.subarray(0, 1_000_000);
			throw new Error("the disk here broke");
		};
		await expect(box.files.upload("cut", cut())).rejects.toBeInstanceOf(DevboxError);
		await expect(box.files.stat("cut")).rejects.toMatchObject({ code: "not_found" });
	});
});
