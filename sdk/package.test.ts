/** The package as a stranger gets it: built, packed, installed without a network, used from ESM, CommonJS, TypeScript and a page. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sdkVersion } from "./src/version.ts";

const sdk = import.meta.dirname;
const root = path.resolve(sdk, "..");
const run = promisify(execFile);
const buildTimeoutMs = 180_000;
// Compilers and npm, under everything else that runs.
vi.setConfig({ testTimeout: 120_000 });

let folder = "";
let packageDir = "";
let tarball = "";
let consumer = "";

async function npm(cwd: string, ...args: string[]): Promise<string> {
	const { stdout } = await run("npm", [...args, "--offline", "--no-audit", "--no-fund", "--loglevel=error"], {
		cwd,
		timeout: 60_000,
		env: { ...process.env, npm_config_cache: path.join(folder, "npm-cache") },
	});
	return stdout;
}

/** Runs a program in the folder that the package is installed in; what it prints. */
async function program(name: string, text: string): Promise<string> {
	await writeFile(path.join(consumer, name), text);
	const { stdout } = await run(process.execPath, [name], { cwd: consumer, timeout: 30_000 });
	return stdout.trim();
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), "devbox-sdk-"));
	packageDir = path.join(folder, "package");
	consumer = path.join(folder, "consumer");
	await Promise.all([mkdir(packageDir), mkdir(consumer)]);
	for (const file of ["package.json", "README.md"]) await cp(path.join(sdk, file), path.join(packageDir, file));
	await run(process.execPath, [path.join(root, "scripts/build-sdk.ts"), packageDir], { timeout: buildTimeoutMs });
	await npm(packageDir, "pack", "--ignore-scripts");
	tarball = path.join(packageDir, `devbox-sdk-${sdkVersion}.tgz`);
	await writeFile(path.join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true }));
	await npm(consumer, "install", tarball);
}, buildTimeoutMs + 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the package", () => {
	test("publint finds nothing", async () => {
		const { messages } = await publint({ pkgDir: packageDir, strict: true });
		expect(messages).toEqual([]);
	});

	test("its types are right for every way of resolving them", async () => {
		const data = new Uint8Array(await readFile(tarball));
		const result = await checkPackage(createPackageFromTarballData(data));
		expect(result.types && "problems" in result ? result.problems : result).toEqual([]);
	});

	test("brings nothing along, and says its own version", async () => {
		const manifest = JSON.parse(await readFile(path.join(sdk, "package.json"), "utf8"));
		expect(manifest.version).toBe(sdkVersion);
		expect(manifest.dependencies).toBeUndefined();
		const lock = JSON.parse(await readFile(path.join(consumer, "package-lock.json"), "utf8"));
		expect(Object.keys(lock.packages)).toEqual(["", "node_modules/@devbox/sdk"]);
	});

	const use = `
const c = new Compute({ apiKey: "k", baseUrl: "http://127.0.0.1:9", retriesMax: 0 });
c.box.get("x").then(
	() => console.log("answered"),
	(error) => console.log(isDevboxError(error), error instanceof DevboxError, error.code),
);`;

	test("runs as an ES module and as CommonJS", async () => {
		const names = "{ Compute, DevboxError, isDevboxError }";
		expect(await program("smoke.mjs", `import ${names} from "@devbox/sdk";${use}`)).toBe("true true network");
		expect(await program("smoke.cjs", `const ${names} = require("@devbox/sdk");${use}`)).toBe("true true network");
	});

	test("its types stand alone, under a strict compiler that checks them too", async () => {
		const source = `import { Compute, type Devbox, type ExecResult } from "@devbox/sdk";
export async function work(c: Compute): Promise<ExecResult> {
	await using box = await c.box.create({ name: "task", size: "m", ifExists: "return" });
	const data: Readonly<Devbox> = box.data;
	const { stdout } = await box.exec(["git", "clone", data.id], { env: { A: "1" }, onStdout: (chunk) => chunk.length });
	// @ts-expect-error a size is a word
	await c.box.create({ name: "x", size: 3 });
	return box.exec(["cat"], { stdin: stdout });
}
`;
		await writeFile(path.join(consumer, "check.ts"), source);
		const compiler = path.join(root, "node_modules/typescript/bin/tsc");
		const common = { noEmit: true, strict: true, target: "es2022", lib: ["es2022", "dom"], types: [] };
		for (const ways of [{ module: "nodenext" }, { module: "esnext", moduleResolution: "bundler" }]) {
			const settings = { compilerOptions: { ...common, ...ways }, files: ["check.ts"] };
			await writeFile(path.join(consumer, "tsconfig.json"), JSON.stringify(settings));
			const said = await run(process.execPath, [compiler, "-p", "."], { cwd: consumer, timeout: 60_000 }).then(
				() => "",
				(error: { stdout: string }) => error.stdout,
			);
			expect(said).toBe("");
		}
	});

	test("names no module of Node where a bundler for the browser would look for it", async () => {
		const entry = path.join(consumer, "node_modules/@devbox/sdk/dist/esm");
		const names = ["index", "box-files", "local-directory", "compute", "shell"];
		for (const name of names) {
			const text = await readFile(path.join(entry, `${name}.js`), "utf8");
			expect(text).not.toMatch(/(from|import\() *["']node:/);
		}
	});
});
