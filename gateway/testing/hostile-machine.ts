/** Makes a real box hostile: root in it replaces the program that every link of ours runs. */
import { spawn } from "node:child_process";
import path from "node:path";
import { finished, pipeline } from "node:stream/promises";
import type { Engine } from "../../lib/engines/engine.ts";

export type HostileMode = "reach" | "flood-within" | "flood-past";

export type HostileMachine = {
	/** Whether a program in sshd's place runs: the main process of some link. */
	isLinked(): Promise<boolean>;
	/** Ends what earlier programs left behind. From the next link on, /usr/sbin/sshd is this script; `$real` is the image's own. */
	replaceSshd(script: string): Promise<void>;
	/** … is a server that speaks SSH, of `hostile-sshd-process.ts`. */
	speakSsh(mode: HostileMode): Promise<void>;
	/** What the SSH server learnt so far, oldest first. */
	notes(): Promise<{ mode: HostileMode; kind: string; what: unknown }[]>;
};

const repositoryDir = path.resolve(import.meta.dirname, "../..");
const home = "/var/tmp/hostile";
const timeoutMs = 60_000;

/** What the server needs, from this tree: its own file, the link's pieces that it stands on, ssh2 and a Node to run them. */
const program = [
	"package.json",
	"gateway/testing/hostile-sshd-process.ts",
	"lib/link/testing/hostile-box.ts",
	"lib/link/link-keys.ts",
	"lib/domain/secret-text.ts",
	...["node/bin/node", "ssh2", "asn1", "bcrypt-pbkdf", "tweetnacl", "safer-buffer"].map(
		(name) => `node_modules/${name}`,
	),
];

export async function makeHostile(o: { engine: Pick<Engine, "exec">; instance: string }): Promise<HostileMachine> {
	const run = (script: string) => runAsRoot({ ...o, script });
	await copyInto({ ...o, from: repositoryDir, paths: program, to: home });
	// Links from before belong to an honest sshd.
	await run(`pkill -9 -x sshd || :; cp /usr/sbin/sshd /usr/sbin/sshd.real && : > ${home}/notes && : > ${home}/pids`);
	async function replaceSshd(script: string): Promise<void> {
		const text = `#!/bin/sh\nreal=/usr/sbin/sshd.real\necho $$ >> ${home}/pids\n${script}\n`;
		// By rename: the program may be running. The engine gives each link's program a session of its own.
		const replace = `
for pid in $(cat ${home}/pids); do pkill -9 -s $pid || :; done
: > ${home}/pids
cat > /usr/sbin/sshd.new <<'EOF'
${text}EOF
chmod 755 /usr/sbin/sshd.new
mv /usr/sbin/sshd.new /usr/sbin/sshd`;
		await run(replace);
	}
	const linked = `
for pid in $(cat ${home}/pids); do [ ! -e /proc/$pid ] || echo linked; done`;
	return {
		isLinked: async () => (await run(linked)) !== "",
		replaceSshd,
		speakSsh: (mode) =>
			replaceSshd(
				`export HOSTILE_NOTES=${home}/notes\nexec ${home}/node_modules/node/bin/node ${home}/gateway/testing/hostile-sshd-process.ts ${mode} "$@"`,
			),
		async notes() {
			const lines = (await run(`cat ${home}/notes`)).split("\n").filter(Boolean);
			return lines.map((line) => JSON.parse(line) as { mode: HostileMode; kind: string; what: unknown });
		},
	};
}

type Box = { engine: Pick<Engine, "exec">; instance: string };

/** `paths` under `from`, to the same paths under `to` in the box, root's. */
export async function copyInto(o: Box & { from: string; paths: string[]; to: string }): Promise<void> {
	const command = ["sh", "-ec", `mkdir -p ${o.to} && exec tar -xf - --no-same-owner -C ${o.to}`];
	const stream = await o.engine.exec({ name: o.instance, command, signal: AbortSignal.timeout(timeoutMs) });
	const tar = spawn("tar", ["-cf", "-", "-C", o.from, ...o.paths], { stdio: ["ignore", "pipe", "inherit"] });
	stream.stdio.resume();
	const said = collect(stream.stderr);
	await pipeline(tar.stdout, stream.stdio, { signal: AbortSignal.timeout(timeoutMs) });
	const { code } = await stream.exit;
	if (code !== 0) throw new Error(`tar in the box ended with ${code}: ${await said}`);
}

/** Over the engine, past any link. Answers what it printed. */
async function runAsRoot(o: Box & { script: string }): Promise<string> {
	const command = ["sh", "-ec", o.script];
	const stream = await o.engine.exec({ name: o.instance, command, signal: AbortSignal.timeout(timeoutMs) });
	stream.stdio.end();
	const [printed, said] = [collect(stream.stdio), collect(stream.stderr)];
	const { code } = await stream.exit;
	if (code !== 0) throw new Error(`${o.script} in the box ended with ${code}: ${await said}`);
	return printed;
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
	let text = "";
	stream.setEncoding("utf8").on("data", (chunk: string) => {
		text += chunk;
	});
	await finished(stream, { writable: false });
	return text;
}
