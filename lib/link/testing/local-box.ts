/**
 * A stand-in for a box, for tests of the link that need no engine: mount and host name namespaces with a /run, an /etc and a home
 * directory of their own, into which commands are run as a child process with its pipes as the stream. Needs root, and openssh-server on this
 * machine. Nothing outside the namespace is changed; the namespace ends with its holder process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Duplex, type Readable, type Writable } from "node:stream";
import type { ExecStream } from "../../engines/engine.ts";
import type { ExecEngine } from "../open-link.ts";

export type LocalBox = {
	engine: ExecEngine;
	instance: string;
	/** Processes that the box's execs started and that still run. */
	readonly running: number;
	/** Kills every exec at once, as an engine that goes away does. */
	breakStreams: () => void;
	close: () => Promise<void>;
};

const devboxUid = 1000;

export async function startLocalBox(o: { withoutSshd?: boolean } = {}): Promise<LocalBox> {
	const directory = mkdtempSync("/var/tmp/devbox-local-box-");
	writeAccounts(directory);
	const mounts = [
		"mount -t tmpfs -o mode=755 tmpfs /run",
		"mount -t tmpfs -o mode=1777 tmpfs /tmp",
		// A copy: a file that another process replaces in the real /etc would take a mount on it along.
		`mkdir ${directory}/etc && mount -t tmpfs -o mode=755 tmpfs ${directory}/etc && cp -a /etc/. ${directory}/etc/`,
		...["passwd", "group", "shadow"].map((file) => `cp -p ${directory}/${file} ${directory}/etc/${file}`),
		`mount --bind ${directory}/etc /etc`,
		...(o.withoutSshd ? ["mount --bind /dev/null /usr/sbin/sshd"] : []),
		"echo up",
		"exec sleep infinity",
	];
	const holder = spawn("unshare", ["-m", "-u", "--propagation", "private", "sh", "-ec", mounts.join("\n")], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	await once(holder.stdout, "data");
	const children = new Set<ChildProcess>();
	return {
		instance: "local",
		engine: { exec: async ({ command }) => execIn({ holder, command, children }) },
		get running() {
			return children.size;
		},
		breakStreams: () => {
			for (const child of children) child.kill("SIGKILL");
		},
		close: async () => {
			for (const child of children) child.kill("SIGKILL");
			holder.kill("SIGKILL");
			await once(holder, "exit");
			rmSync(directory, { recursive: true, force: true });
		},
	};
}

function writeAccounts(directory: string): void {
	chmodSync(directory, 0o755);
	const home = join(directory, "home");
	mkdirSync(home);
	chownSync(home, devboxUid, devboxUid);
	const line = (file: string, added: string) => {
		const others = readFileSync(`/etc/${file}`, "utf8")
			.split("\n")
			.filter(
				(text) => text !== "" && !text.startsWith("devbox:") && !new RegExp(`^[^:]*:[^:]*:${devboxUid}:`).test(text),
			);
		writeFileSync(join(directory, file), `${[...others, added].join("\n")}\n`, {
			mode: file === "shadow" ? 0o600 : 0o644,
		});
	};
	line("passwd", `devbox:x:${devboxUid}:${devboxUid}::${home}:/bin/bash`);
	line("group", `devbox:x:${devboxUid}:`);
	line("shadow", "devbox:*:20000:0:99999:7:::");
}

function execIn(o: { holder: ChildProcess; command: string[]; children: Set<ChildProcess> }): ExecStream {
	const child = spawn("nsenter", ["-t", String(o.holder.pid), "-m", "-u", "--", ...o.command], {
		stdio: "pipe",
		cwd: "/",
	});
	o.children.add(child);
	const exit = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
		child.once("error", reject);
		child.once("exit", (code, signal) => {
			o.children.delete(child);
			resolve({ code, signal });
		});
	});
	exit.catch(() => undefined);
	// EPIPE of a process that ended shows as the end of its output.
	child.stdin.on("error", () => child.stdin.destroy());
	return {
		stdio: duplexOf({ output: child.stdout, input: child.stdin }),
		stderr: child.stderr,
		exit,
		kill: () => void child.kill("SIGKILL"),
	};
}

function duplexOf(o: { output: Readable; input: Writable }): Duplex {
	const duplex = new Duplex({
		read: () => o.output.resume(),
		write: (chunk: Buffer, _encoding, done) => {
			if (o.input.destroyed) done();
			else if (o.input.write(chunk)) done();
			else o.input.once("drain", done);
		},
		final: (done) => {
			o.input.end();
			done();
		},
		destroy: (error, done) => {
			o.input.destroy();
			o.output.destroy();
			done(error);
		},
	});
	o.output.on("data", (chunk) => duplex.push(chunk) || o.output.pause());
	o.output.once("end", () => duplex.push(null));
	return duplex;
}
