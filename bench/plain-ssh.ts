/** A fresh sshd inside a devbox on its own port, and the real OpenSSH client straight to it: what a user would otherwise have. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { instanceName } from "../lib/domain/ids.ts";
import type { Product } from "./product.ts";

const port = 2222;
/** As many logins at once as a benchmark makes; sshd's own bound drops some of 32. */
const startupsMax = 200;
const programTimeoutMs = 120_000;
const promptTimeoutMs = 15_000;

export type Line = {
	write(text: string): void;
	/** Called with each piece of output; the answer ends that. */
	onOutput(listener: (text: string) => void): () => void;
	close(): void;
};

export type PlainSsh = {
	/** `ssh` and `scp` take the same: key, port, no questions. */
	flags: string[];
	/** `devbox@<address of the box>` */
	target: string;
	keyFile: string;
	publicKey: string;
	/** Of the local key alone; the sshd ends with its devbox. */
	remove(): void;
};

export async function openPlainSsh(product: Product, devboxId: string): Promise<PlainSsh> {
	const folder = mkdtempSync(path.join(tmpdir(), "devbox-bench-"));
	const keyFile = path.join(folder, "key");
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", keyFile]);
	const publicKey = readFileSync(`${keyFile}.pub`, "utf8").trim();
	const name = instanceName(devboxId);
	const script = `mkdir -p /run/sshd /home/devbox/.ssh && echo '${publicKey}' > /home/devbox/.ssh/authorized_keys && chown -R devbox: /home/devbox/.ssh && chmod 700 /home/devbox/.ssh && exec /usr/sbin/sshd -p ${port} -o UsePAM=no -o MaxStartups=${startupsMax}`;
	const exec = await product.engine.exec({ name, command: ["/bin/sh", "-c", script] });
	exec.stdio.resume();
	exec.stderr.resume();
	const { code } = await exec.exit;
	if (code !== 0) throw new Error(`sshd did not start in the devbox: exit code ${code}`);
	const { ipv4 } = await product.engine.inspect({ name, usage: true });
	if (!ipv4) throw new Error("The box has no address.");
	return {
		flags: sshFlags({ keyFile, port }),
		target: `devbox@${ipv4}`,
		keyFile,
		publicKey,
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

export function sshFlags(o: { keyFile: string; port: number }): string[] {
	const options = [
		`Port=${o.port}`,
		"StrictHostKeyChecking=no",
		"UserKnownHostsFile=/dev/null",
		"LogLevel=ERROR",
		"IdentitiesOnly=yes",
		"BatchMode=yes",
	];
	return ["-F", "none", "-i", o.keyFile, ...options.flatMap((option) => ["-o", option])];
}

/** Rejects when it fails, with what it said, and when it takes longer than two minutes. */
export async function runProgram(program: string, args: string[]): Promise<void> {
	await promisify(execFile)(program, args, { timeout: programTimeoutMs });
}

/** A login with a terminal, resolved at its prompt. */
export async function openSshLine(flags: string[], target: string): Promise<Line> {
	// Without an escape character: `~` is a key like any other.
	const child = spawn("ssh", ["-tt", "-e", "none", ...flags, target], { stdio: ["pipe", "pipe", "inherit"] });
	const listeners = new Set<(text: string) => void>();
	child.stdout.on("data", (data: Buffer) => {
		for (const listener of listeners) listener(data.toString());
	});
	const onOutput = (listener: (text: string) => void) => {
		listeners.add(listener);
		return () => listeners.delete(listener);
	};
	try {
		await new Promise<void>((resolve, reject) => {
			const timer = setTimeout(
				() => reject(new Error(`ssh to ${target} gave no prompt within ${promptTimeoutMs} ms`)),
				promptTimeoutMs,
			);
			child.once("error", reject);
			child.once("exit", (code) => {
				clearTimeout(timer);
				reject(new Error(`ssh to ${target} ended with ${code} before its prompt`));
			});
			const stop = onOutput((text) => {
				if (!/[$#] /.test(text)) return;
				clearTimeout(timer);
				stop();
				resolve();
			});
		});
	} catch (error) {
		child.kill();
		throw error;
	}
	return { write: (text) => child.stdin.write(text), onOutput, close: () => void child.kill() };
}
