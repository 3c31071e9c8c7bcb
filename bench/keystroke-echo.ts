/** Keystroke to echo in the terminal, quiet and while it prints, beside the same over plain `ssh` into the same box. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { instanceName } from "../lib/domain/ids.ts";
import { type FigureTable, type Samples, summarise } from "./figures.ts";
import { type Product, waitForState } from "./product.ts";
import { openTerminal } from "./terminal-client.ts";

const keys = 200;
const keyPauseMs = 10;
const echoTimeoutMs = 5_000;

type Line = { write(text: string): void; onOutput(listener: (text: string) => void): () => void };

export async function benchEcho(product: Product, table: FigureTable): Promise<void> {
	const box = await product.api.createDevbox({ name: `bench-echo-${Date.now() % 100_000}` });
	try {
		await waitForState(product, box.id, "ready");
		const plain = await prepareSsh(product, box.id);
		const ours = async (name: string) => {
			const terminal = await openTerminal(product, box.id, name);
			await terminal.waitFor(/[$#] /, 15_000);
			return terminal;
		};
		const quiet = { ours: await measure(() => ours("main"), null), plain: await measure(plain.open, null) };
		addPair(table, "keystroke echo", quiet);
		// The flood runs in a terminal of its own: in one and the same, tmux draws only some screens of it, and what scrolled by
		// between two of them is on none.
		const busy = {
			ours: await measure(
				() => ours("main"),
				() => ours("flood"),
			),
			plain: await measure(plain.open, plain.open),
		};
		addPair(table, "keystroke echo while another terminal prints", busy);
		plain.remove();
	} finally {
		await product.api.deleteDevbox({ id: box.id });
	}
}

type Pair = { ours: Samples; plain: Samples };

function addPair(table: FigureTable, name: string, { ours, plain }: Pair): void {
	const beside = "plain ssh";
	const unit = "ms";
	table.add({
		name: `${name}, p50`,
		value: ours.p50,
		unit,
		beside: { name: beside, value: plain.p50 },
		goal: "<= 2 ms",
	});
	table.add({
		name: `${name}, p99`,
		value: ours.p99,
		unit,
		beside: { name: beside, value: plain.p99 },
		goal: "<= 20 ms",
	});
}

type ClosableLine = Line & { close(): void };

async function measure(open: () => Promise<ClosableLine>, openFlood: (() => Promise<ClosableLine>) | null) {
	const flood = await openFlood?.();
	flood?.write("\x15while :; do seq 1 50000; done\n");
	const line = await open();
	const samples = await echoes(line, keys);
	flood?.write("\x03");
	flood?.close();
	line.close();
	return summarise(samples);
}

const marks = "~^_{}|";

/** One mark at a time; each waits for its own echo. */
async function echoes(line: Line, count: number): Promise<number[]> {
	const samples: number[] = [];
	for (let i = 0; i < count; i++) {
		const mark = marks[i % marks.length] ?? "~";
		samples.push(await echo(line, mark));
		await new Promise((resolve) => setTimeout(resolve, keyPauseMs));
	}
	line.write("\x15");
	return samples;
}

function echo(line: Line, mark: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const from = performance.now();
		const timer = setTimeout(() => {
			stop();
			reject(new Error(`The key ${mark} had no echo within ${echoTimeoutMs} ms`));
		}, echoTimeoutMs);
		const stop = line.onOutput((text) => {
			if (!text.includes(mark)) return;
			clearTimeout(timer);
			stop();
			resolve(performance.now() - from);
		});
		line.write(mark);
	});
}

/** A fresh sshd inside the box on its own port, and the real OpenSSH client with a pty: what a user would otherwise have. */
async function prepareSsh(
	product: Product,
	devboxId: string,
): Promise<{ open(): Promise<ClosableLine>; remove(): void }> {
	const folder = mkdtempSync(path.join(tmpdir(), "devbox-bench-"));
	const key = path.join(folder, "key");
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
	const publicKey = readFileSync(`${key}.pub`, "utf8").trim();
	const name = instanceName(devboxId);
	const script = `mkdir -p /run/sshd /home/devbox/.ssh && echo '${publicKey}' > /home/devbox/.ssh/authorized_keys && chown -R devbox: /home/devbox/.ssh && chmod 700 /home/devbox/.ssh && exec /usr/sbin/sshd -p 2222 -o UsePAM=no`;
	const exec = await product.engine.exec({ name, command: ["/bin/sh", "-c", script] });
	exec.stdio.resume();
	exec.stderr.resume();
	await exec.exit;
	const { ipv4 } = await product.engine.inspect({ name, usage: true });
	if (!ipv4) throw new Error("The box has no address.");
	return {
		open: () => openSsh({ key, address: ipv4 }),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

async function openSsh(o: { key: string; address: string }): Promise<ClosableLine> {
	const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "IdentitiesOnly=yes"];
	// Without an escape character: `~` is one of the marks.
	const flags = ["-tt", "-e", "none", "-i", o.key, "-p", "2222", ...options.flatMap((option) => ["-o", option])];
	const child = spawn("ssh", [...flags, `devbox@${o.address}`], { stdio: ["pipe", "pipe", "inherit"] });
	const listeners = new Set<(text: string) => void>();
	child.stdout.on("data", (data: Buffer) => {
		for (const listener of listeners) listener(data.toString());
	});
	const onOutput = (listener: (text: string) => void) => {
		listeners.add(listener);
		return () => listeners.delete(listener);
	};
	await new Promise<void>((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error("Plain ssh gave no prompt within 15 s")), 15_000);
		const stop = onOutput((text) => {
			if (!/[$#] /.test(text)) return;
			clearTimeout(timer);
			stop();
			resolve();
		});
	});
	return { write: (text) => child.stdin.write(text), onOutput, close: () => child.kill() };
}
