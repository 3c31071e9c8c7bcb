import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../lib/domain/errors.ts";
import { runCommand } from "../lib/process/run-command.ts";
import packageJson from "../package.json" with { type: "json" };
import { baseImage, type NpmPackage } from "./base/definition.ts";
import { placeNpmPackages, sourceFor } from "./npm-packages.ts";

/** A registry on loopback with the one package `tool`, whose install script leaves a trace if it ever runs. */
let folder: string;
let integrity: string;
const signal = AbortSignal.timeout(60_000);
const registry = createServer((request, response) => {
	const tarball = `${process.env.npm_config_registry}tool.tgz`;
	if (request.url === "/tool.tgz") readFile(path.join(folder, "tool-1.2.3.tgz")).then((bytes) => response.end(bytes));
	else if (request.url === "/tool")
		response.end(
			JSON.stringify({
				name: "tool",
				"dist-tags": { latest: "1.2.3" },
				versions: { "1.2.3": { name: "tool", version: "1.2.3", dist: { tarball, integrity } } },
			}),
		);
	else response.writeHead(404).end();
});
const kept = { registry: process.env.npm_config_registry, cache: process.env.npm_config_cache };

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), "npm-packages-"));
	await mkdir(path.join(folder, "tool/bin"), { recursive: true });
	await mkdir(path.join(folder, "tool/docs"));
	const trace = path.join(folder, "script-ran");
	const scripts = { install: `touch ${trace}`, prepare: `touch ${trace}`, prepack: `touch ${trace}` };
	await writeFile(path.join(folder, "tool/package.json"), JSON.stringify({ name: "tool", version: "1.2.3", scripts }));
	await writeFile(path.join(folder, "tool/bin/tool.js"), "#!/usr/bin/env node\n");
	await writeFile(path.join(folder, "tool/docs/long.txt"), "long");
	await chmod(path.join(folder, "tool/bin/tool.js"), 0o600);
	await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
	process.env.npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
	process.env.npm_config_cache = path.join(folder, "cache");
	const { stdout } = await runCommand({
		command: ["npm", "pack", "--ignore-scripts", "--json", "--pack-destination", folder],
		cwd: path.join(folder, "tool"),
	});
	integrity = JSON.parse(stdout)[0].integrity;
});
afterAll(async () => {
	registry.closeAllConnections();
	registry.close();
	for (const [name, value] of Object.entries(kept))
		if (value === undefined) delete process.env[`npm_config_${name}`];
		else process.env[`npm_config_${name}`] = value;
	await rm(folder, { recursive: true });
});

const tool = (): NpmPackage => ({
	from: { name: "tool", version: "1.2.3", integrity },
	parts: [{ path: ".", to: "lib/node_modules/tool" }],
	leaveOut: ["docs"],
	links: { "bin/tool": "../lib/node_modules/tool/bin/tool.js" },
});

async function place(wanted: NpmPackage) {
	const workDir = await mkdtemp(path.join(folder, "work-"));
	const root = path.join(workDir, "root");
	await placeNpmPackages({ packages: [wanted], arch: process.arch, root, workDir, signal });
	return path.join(root, "usr/local");
}

describe("packages of the registry in an image", () => {
	it("stand under /usr/local, startable by everybody and writable by root alone, and none of their scripts has run", async () => {
		const prefix = await place(tool());
		expect(await readlink(path.join(prefix, "bin/tool"))).toBe("../lib/node_modules/tool/bin/tool.js");
		const started = await lstat(path.join(prefix, "lib/node_modules/tool/bin/tool.js"));
		expect((started.mode & 0o777).toString(8)).toBe("755");
		expect(((await lstat(path.join(prefix, "lib/node_modules/tool/package.json"))).mode & 0o777).toString(8)).toBe(
			"644",
		);
		await expect(lstat(path.join(prefix, "lib/node_modules/tool/docs"))).rejects.toThrow("ENOENT");
		await expect(lstat(path.join(folder, "script-ran"))).rejects.toThrow("ENOENT");
	});

	it("are refused when the registry's differ from the pinned ones", async () => {
		const other = { ...tool(), from: { name: "tool", version: "1.2.3", integrity: "sha512-other" } };
		await expect(place(other)).rejects.toThrow(/tool@1\.2\.3 is not what this release was made with/);
	});

	it("say for which processors they are made", () => {
		const [node] = baseImage.npmPackages;
		expect(() => sourceFor(node, "s390x")).toThrow(AppError);
		expect(() => sourceFor(node, "s390x")).toThrow("made for x64, arm64");
	});

	it("bring into a box the Node.js that the product runs on", () => {
		const [node] = baseImage.npmPackages;
		for (const arch of ["x64", "arm64"] as const)
			expect(sourceFor(node, arch).version).toBe(packageJson.dependencies.node);
	});
});
