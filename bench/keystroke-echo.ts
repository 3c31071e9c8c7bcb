/** Keystroke to echo in the terminal, quiet and while it prints, beside the same over plain `ssh` into the same box. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { instanceName } from "../lib/domain/ids.ts";
import { type FigureTable, summarise } from "./figures.ts";
import { type Product, waitForState } from "./product.ts";
import { openTerminal } from "./terminal-client.ts";

const keys = 200;
const busyKeys = 100;
const keyPauseMs = 10;
const echoTimeoutMs = 5_000;

type Line = { write(text: string): void; onOutput(listener: (text: string) => void): () => void };

export async function benchEcho(product: Product, table: FigureTable): Promise<void> {
	const box = await product.api.createDevbox({ name: `bench-echo-${Date.now() % 100_000}` });
	try {
		await waitForState(product, box.id, "ready");
		const ssh = await openSsh(product, box.id);
		const terminal = await openTerminal(product, box.id, "main");
		await terminal.waitFor(/[$#] /, 15_000);
		const ours = summarise(await echoes(terminal, keys));
		const plain = summarise(await echoes(ssh, keys));
		table.add({
			name: "keystroke echo, p50",
			value: ours.p50,
			unit: "ms",
			beside: { name: "plain ssh", value: plain.p50 },
			goal: "<= 2 ms",
		});
		table.add({
			name: "keystroke echo, p99",
			value: ours.p99,
			unit: "ms",
			beside: { name: "plain ssh", value: plain.p99 },
			goal: "<= 20 ms",
		});
		terminal.write(flood);
		ssh.write(flood);
		const busy = summarise(await echoes(terminal, busyKeys));
		const busyPlain = summarise(await echoes(ssh, busyKeys));
		table.add({
			name: "keystroke echo while it prints, p50",
			value: busy.p50,
			unit: "ms",
			beside: { name: "plain ssh", value: busyPlain.p50 },
		});
		table.add({
			name: "keystroke echo while it prints, p99",
			value: busy.p99,
			unit: "ms",
			beside: { name: "plain ssh", value: busyPlain.p99 },
			goal: "<= 20 ms",
		});
		terminal.close();
		ssh.close();
	} finally {
		await product.api.deleteDevbox({ id: box.id });
	}
}

const marks = "~^_{}|";
// Again and again, with a rest: in one long flood tmux shows only some screens, and what scrolled by between two is on none.
const flood = "\x15while :; do seq 1 50000; sleep 0.2; done\n";

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
async function openSsh(product: Product, devboxId: string): Promise<Line & { close(): void }> {
	const folder = mkdtempSync(path.join(tmpdir(), "devbox-bench-"));
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path.join(folder, "key")]);
	const publicKey = readFileSync(path.join(folder, "key.pub"), "utf8").trim();
	const name = instanceName(devboxId);
	const script = `mkdir -p /run/sshd /home/devbox/.ssh && echo '${publicKey}' > /home/devbox/.ssh/authorized_keys && chown -R devbox: /home/devbox/.ssh && chmod 700 /home/devbox/.ssh && exec /usr/sbin/sshd -p 2222 -o UsePAM=no`;
	const exec = await product.engine.exec({ name, command: ["/bin/sh", "-c", script] });
	exec.stdio.resume();
	exec.stderr.resume();
	await exec.exit;
	const { ipv4 } = await product.engine.inspect({ name });
	if (!ipv4) throw new Error("The box has no address.");
	const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "IdentitiesOnly=yes"];
	const child = spawn(
		"ssh",
		[
			"-tt",
			"-e",
			"none",
			"-i",
			path.join(folder, "key"),
			"-p",
			"2222",
			...options.flatMap((option) => ["-o", option]),
			`devbox@${ipv4}`,
		],
		{ stdio: ["pipe", "pipe", "inherit"] },
	);
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
	return {
		write: (text) => child.stdin.write(text),
		onOutput,
		close: () => {
			child.kill();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
