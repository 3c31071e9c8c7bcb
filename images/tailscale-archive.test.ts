import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findTailscaleArchive, placeTailscale } from "./tailscale-archive.ts";

const signal = AbortSignal.timeout(60_000);
let dir: string;
let file: string;
let sha256: string;
let server: Server;
let origin: string;
let requests = 0;

beforeAll(async () => {
	dir = mkdtempSync(path.join(tmpdir(), "devbox-tailscale-"));
	const inside = path.join(dir, "tailscale_1.90.0_amd64");
	mkdirSync(inside);
	for (const name of ["tailscale", "tailscaled"]) writeFileSync(path.join(inside, name), `#!/bin/sh\necho ${name}\n`);
	file = path.join(dir, "tailscale_1.90.0_amd64.tgz");
	execFileSync("tar", ["-czf", file, "-C", dir, "tailscale_1.90.0_amd64"]);
	sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
	server = createServer((request, response) => {
		requests++;
		if (request.url === "/ts.tgz") response.end(readFileSync(file));
		else response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
	server.close();
	rmSync(dir, { recursive: true });
});

const find = (source: string) => findTailscaleArchive({ source, cacheDir: path.join(dir, "cache"), signal });

it("is a file of this machine, or is fetched once where its checksum says which", async () => {
	expect(await find(file)).toEqual({ path: file, sha256 });
	const kept = await find(`${origin}/ts.tgz#sha256=${sha256}`);
	expect(readFileSync(kept.path)).toEqual(readFileSync(file));
	server.closeAllConnections();
	await find(`${origin}/ts.tgz#sha256=${sha256}`);
	expect(requests).toBe(1);
});

it("is refused with what is wrong: no checksum, another one, nothing there, no archive", async () => {
	await expect(find(`${origin}/ts.tgz`)).rejects.toThrow("#sha256=");
	await expect(find("tailscale.tgz")).rejects.toThrow("path of");
	await expect(find(`${origin}/ts.tgz#sha256=${"0".repeat(64)}`)).rejects.toThrow("not used");
	await expect(find(`${origin}/none.tgz#sha256=${"1".repeat(64)}`)).rejects.toThrow("404");
	await expect(find("/nonexistent/ts.tgz")).rejects.toThrow("ENOENT");
	await expect(find(`http://127.0.0.1:1/ts.tgz#sha256=${"2".repeat(64)}`)).rejects.toThrow("cannot be reached");
});

it("puts both programs into the image, and wants both", async () => {
	const root = path.join(dir, "root");
	const workDir = mkdtempSync(path.join(dir, "work-"));
	await placeTailscale({ archive: await find(file), root, workDir, signal });
	for (const name of ["tailscale", "tailscaled"])
		expect(statSync(path.join(root, "usr/local/bin", name)).mode & 0o777).toBe(0o755);
	const half = path.join(dir, "half.tgz");
	execFileSync("tar", ["-czf", half, "-C", path.join(dir, "tailscale_1.90.0_amd64"), "tailscale"]);
	await expect(placeTailscale({ archive: await find(half), root, workDir, signal })).rejects.toThrow("no tailscaled");
});
