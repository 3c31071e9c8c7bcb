/** The real OpenSSH programs, with a configuration, keys and known hosts of their own in a folder that is thrown away. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export type Ran = { code: number | null; signal: NodeJS.Signals | null; stdout: Buffer; stderr: string };

export type Running = {
	child: ChildProcess;
	/** What it has written so far. */
	stdout(): string;
	stderr(): string;
	ended: Promise<Ran>;
};

export type SshClient = {
	folder: string;
	/** One line, as for PUT /users/me/ssh-key. */
	publicKey: string;
	keyFile: string;
	/** `ssh`, `scp`, `sftp`, `rsync` or any other program; `ssh` and its kind get the configuration. */
	start(program: string, args: string[], o?: RunOptions): Running;
	run(program: string, args: string[], o?: RunOptions): Promise<Ran>;
	close(): void;
};

export type RunOptions = { stdin?: Buffer | string | "open"; env?: Record<string, string>; timeoutMs?: number };

const timeoutMsDefault = 30_000;

/** `box` is the host alias of the gateway; log in as `<user>@box`. */
export function openSshClient(o: { port: number; knownHosts?: string; keyType?: string; keyBits?: number }): SshClient {
	const folder = mkdtempSync(path.join(tmpdir(), "devbox-ssh-client-"));
	const keyFile = path.join(folder, "id");
	const bits = o.keyBits ? ["-b", String(o.keyBits)] : [];
	execFileSync("ssh-keygen", ["-q", "-t", o.keyType ?? "ed25519", ...bits, "-N", "", "-C", "test", "-f", keyFile]);
	const knownHosts = path.join(folder, "known_hosts");
	writeFileSync(knownHosts, o.knownHosts ? `${o.knownHosts}\n` : "");
	const config = path.join(folder, "config");
	const lines = [
		"Host box",
		"HostName 127.0.0.1",
		`Port ${o.port}`,
		`UserKnownHostsFile ${knownHosts}`,
		"GlobalKnownHostsFile /dev/null",
		`StrictHostKeyChecking ${o.knownHosts ? "yes" : "accept-new"}`,
		`IdentityFile ${keyFile}`,
		"IdentitiesOnly yes",
		"IdentityAgent none",
		"BatchMode yes",
		"ConnectTimeout 20",
	];
	writeFileSync(config, `${lines.join("\n")}\n`);
	const children = new Set<ChildProcess>();

	function start(program: string, args: string[], options: RunOptions = {}): Running {
		const isSsh = ["ssh", "scp", "sftp"].includes(program);
		const all = isSsh ? ["-F", config, ...args] : args;
		const own = { PATH: process.env.PATH ?? "", HOME: folder, RSYNC_RSH: `ssh -F ${config}` };
		const env = { ...own, ...options.env } as Record<string, string> as NodeJS.ProcessEnv;
		const child = spawn(program, all, { cwd: folder, env, stdio: "pipe" });
		children.add(child);
		const out: Buffer[] = [];
		const errors: Buffer[] = [];
		child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
		child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
		// A program that does not read its input to the end has its reasons.
		child.stdin.on("error", () => undefined);
		if (options.stdin !== "open") child.stdin.end(options.stdin);
		const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
		const ended = new Promise<Ran>((resolve, reject) => {
			const late = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? timeoutMsDefault);
			child.once("error", reject);
			child.once("close", (code, signal) => {
				clearTimeout(late);
				children.delete(child);
				resolve({ code, signal, stdout: Buffer.concat(out), stderr: text(errors) });
			});
		});
		ended.catch(() => undefined);
		return { child, stdout: () => text(out), stderr: () => text(errors), ended };
	}

	return {
		folder,
		keyFile,
		publicKey: readFileSync(`${keyFile}.pub`, "utf8").trim(),
		start,
		run: (program, args, options) => start(program, args, options).ended,
		close() {
			for (const child of children) child.kill("SIGKILL");
			if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
		},
	};
}
