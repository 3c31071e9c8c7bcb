/** The proof that counts: a box made from the sealed image, booted, with an address, names and a way out; removed again. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { readAptSources } from "../../images/apt-sources.ts";
import type { Engine } from "../../lib/engines/engine.ts";
import type { Install } from "../install/install.ts";
import { type Finding, fail, ok } from "./finding.ts";

const bootTimeoutMs = 30_000;
const addressTimeoutMs = 10_000;
const outputMax = 4_000;

type Box = { engine: Engine; name: string };

export async function checkBox(install: Install, engine: Engine, imageRef: string): Promise<Finding[]> {
	const box = { engine, name: `dbx-doctor-${randomBytes(4).toString("hex")}` };
	// Labelled as ours without a row: what a killed doctor leaves is an orphan that the worker sweeps.
	const labels = { installId: install.installId, devboxId: box.name };
	try {
		const started = Date.now();
		await engine.create({
			name: box.name,
			labels,
			source: { kind: "image", image: imageRef },
			limits: { vcpus: 1, memoryMib: 512, diskGib: 5 },
			signal: AbortSignal.timeout(bootTimeoutMs),
		});
		await engine.start({ name: box.name, signal: AbortSignal.timeout(bootTimeoutMs) });
		const state = await waitBooted(box);
		const seconds = ((Date.now() - started) / 1000).toFixed(1);
		if (state === null)
			return [fail("container boot", await consoleOf(box), "Look at the kernel limits above, then: npm start")];
		return [ok("container boot", `systemd answers ${state} ${seconds} s after create`), ...(await checkNetwork(box))];
	} finally {
		await engine.destroy({ name: box.name, signal: AbortSignal.timeout(60_000) });
	}
}

async function waitBooted(box: Box): Promise<string | null> {
	const until = Date.now() + bootTimeoutMs;
	while (Date.now() < until) {
		const { out } = await runIn(box, ["systemctl", "is-system-running"]).catch(() => ({ out: "" }));
		// `degraded`: it is up, and a unit of no importance to us failed.
		if (/^(running|degraded)/.test(out)) return out.trim();
		await delay(100);
	}
	return null;
}

async function consoleOf(box: Box): Promise<string> {
	const view = await box.engine.inspect({ name: box.name, console: true, signal: AbortSignal.timeout(10_000) });
	const last = (view.console ?? "").trim().split("\n").slice(-8).join("\n");
	return `a box does not come up (${view.status}). Its console:\n${last || "(empty)"}`;
}

async function checkNetwork(box: Box): Promise<Finding[]> {
	const started = Date.now();
	let address: string | null = null;
	while (!address && Date.now() - started < addressTimeoutMs) {
		address = (await box.engine.inspect({ name: box.name, signal: AbortSignal.timeout(10_000) })).ipv4;
		if (!address) await delay(100);
	}
	if (!address)
		return [
			fail(
				"address",
				`a box gets no address within ${addressTimeoutMs / 1000} s`,
				"npm start makes the bridge anew; is another DHCP server's port 67 in the way?",
			),
		];
	const archive = await archiveUrl();
	const found = await runIn(box, ["getent", "ahostsv4", archive.hostname]);
	const dns =
		found.code === 0
			? ok("name service", `a box resolves ${archive.hostname}`)
			: fail(
					"name service",
					`a box does not resolve ${archive.hostname}`,
					"Does this machine resolve it? Then: npm start",
				);
	return [ok("address", address), dns, await checkWayOut(box, archive)];
}

async function checkWayOut(box: Box, archive: URL): Promise<Finding> {
	const { code, out } = await runIn(box, [
		"curl",
		"-sS",
		"--noproxy",
		"*",
		"-o",
		"/dev/null",
		"-m",
		"10",
		"-w",
		"%{http_code}",
		archive.href,
	]);
	if (code === 0) return ok("way out (NAT)", `a box gets an answer (${out.trim()}) from ${archive.host}`);
	return fail(
		"way out (NAT)",
		`a box does not reach ${archive.host}: ${out.trim().slice(-200)}`,
		"Does this machine reach it? Then another firewall (Docker, ufw) drops what is forwarded; npm start puts our rule back",
	);
}

/** Of this machine's own apt: what it can reach, a box must reach. */
async function archiveUrl(): Promise<URL> {
	const codename = /^VERSION_CODENAME="?([a-z]+)/m.exec(await readFile("/etc/os-release", "utf8"))?.[1] ?? "";
	const [source] = await readAptSources({ codename });
	return new URL(source?.uri ?? "");
}

async function runIn(box: Box, command: string[]): Promise<{ code: number | null; out: string }> {
	const stream = await box.engine.exec({ name: box.name, command, signal: AbortSignal.timeout(15_000) });
	let out = "";
	const collect = (chunk: Buffer) => {
		out = (out + chunk.toString("utf8")).slice(-outputMax);
	};
	stream.stdio.on("data", collect);
	stream.stderr.on("data", collect);
	stream.stdio.end();
	const { code } = await stream.exit;
	return { code, out };
}
