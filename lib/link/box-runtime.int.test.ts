/** What lies in /usr/lib/devbox, tried in a box through the link, as the gateway and the worker use it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BoxChannel } from "../domain/box-link.ts";
import { openLink } from "./open-link.ts";
import type { OpenedLink } from "./ssh2-link.ts";
import { installRuntime, startTestBox, type TestBox } from "./testing/test-box.ts";

let box: TestBox;
let root: OpenedLink;
let user: OpenedLink;
const runtime = "/tmp/devbox-runtime";
const timeoutMs = 30_000;

beforeAll(async () => {
	box = await startTestBox();
	root = await openLink({ ...box, user: "root" });
	user = await openLink({ ...box, user: "devbox" });
	await installRuntime({ box, link: root, path: runtime });
});

afterAll(async () => {
	await user?.run({ command: "tmux -L devbox kill-server", timeoutMs });
	root?.close();
	user?.close();
	await box?.close();
});

const run = (link: OpenedLink, command: string, stdin?: string) => link.run({ command, stdin, timeoutMs });

type Terminal = BoxChannel & { seen: () => string; type: (text: string) => void; clear: () => void };

async function openTerminal(o: { session: string; cols?: number; rows?: number; command?: string }): Promise<Terminal> {
	const { cols = 80, rows = 24 } = o;
	const command = o.command ?? `${runtime}/terminal ${o.session} ${cols} ${rows}`;
	const channel = await user.open({ command, pty: { term: "xterm-256color", cols, rows } });
	let seen = "";
	channel.stdio.on("data", (chunk: Buffer) => {
		// The tail is what tests look at; a flood must not fill memory here.
		seen = (seen + chunk.toString("latin1")).slice(-2_000_000);
	});
	return {
		...channel,
		seen: () => seen,
		type: (text) => channel.stdio.write(text),
		clear: () => {
			seen = "";
		},
	};
}

const esc = "\u001b";
const announced = (mode: string, existing: 0 | 1) =>
	new RegExp(`^${esc}\\]devbox;mode=${mode};existing=${existing}\u0007`);

const shows = (terminal: Terminal, text: string | RegExp) =>
	expect.poll(terminal.seen, { timeout: timeoutMs }).toMatch(text);

/** Sessions and clients that tmux knows, for what must be left behind and what must not. */
const tmux = async (command: string) => (await run(user, `tmux -L devbox ${command}`)).stdout.trim();

test("a terminal says first what it is, and coming back finds the same shell with its history", async () => {
	const first = await openTerminal({ session: "again" });
	await shows(first, announced("tmux", 0));
	first.type("MARK=$$; for i in $(seq 1 500); do echo line-$i-$MARK; done; echo made-$MARK\r");
	await shows(first, /made-\d+/);
	const pid = /made-(\d+)/.exec(first.seen())?.[1];
	first.close();
	await expect.poll(() => tmux("list-sessions -F '#{session_name}'"), { timeout: timeoutMs }).toBe("again");

	const second = await openTerminal({ session: "again" });
	await shows(second, announced("tmux", 1));
	await shows(second, new RegExp(`line-1-${pid}\\r\\n[^]*line-499-${pid}[^]*made-${pid}`));
	second.type("echo same-$MARK\r");
	await shows(second, `same-${pid}`);
	second.close();
});

test("history goes to the scrollback whole: nothing of it is drawn over, nothing is drawn twice", async () => {
	const first = await openTerminal({ session: "scroll", rows: 20 });
	first.type("clear; for i in $(seq 1 200); do echo row-$i-; done; echo end-$((1+1))\r");
	await shows(first, "end-2");
	first.close();
	const second = await openTerminal({ session: "scroll", rows: 20 });
	await shows(second, "end-2");
	// Attaching clears the screen and draws it, perhaps more than once; what comes before that is in the scrollback.
	const [history = "", ...drawings] = second.seen().split(`${esc}[H${esc}[2J`);
	const rowsIn = (text: string) => [...text.matchAll(/row-(\d+)-/g)].map(([, n]) => Number(n));
	const past = rowsIn(history);
	const onScreen = [...new Set(rowsIn(drawings.join("")))].sort((left, right) => left - right);
	expect([...past, ...onScreen]).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
	expect(past.length).toBeGreaterThan(150);
	// The history ends with the feeds that push it off the screen: one fewer than the screen has rows.
	expect(history).toContain(`${esc}[m${"\r\n".repeat(19)}\0`);
	second.close();
});

/** Types in the terminal until its shell has that size: tmux resizes at most every 250 ms. */
async function sizeIn(terminal: Terminal, size: string): Promise<boolean> {
	const ask = () => {
		terminal.type("echo size-$(stty size | tr ' ' x)\r");
		return terminal.seen();
	};
	await expect.poll(ask, { timeout: timeoutMs, interval: 100 }).toContain(`size-${size}`);
	return true;
}

test("two tabs see one shell, each client has its size, the one used last decides, and leaving cleans up", async () => {
	const wide = await openTerminal({ session: "tabs", cols: 120, rows: 40 });
	await shows(wide, "existing=0");
	wide.type("echo wide-$((40+2))\r");
	await shows(wide, "wide-42");
	const small = await openTerminal({ session: "tabs", cols: 60, rows: 15 });
	await shows(small, "wide-42");
	expect(await sizeIn(small, "15x60")).toBe(true);
	expect(await sizeIn(wide, "40x120")).toBe(true);
	const clients = await tmux("list-clients -F '#{session_group} #{client_width}x#{client_height}' | grep '^tabs '");
	expect(clients.split("\n").sort()).toEqual(["tabs 120x40", "tabs 60x15"]);
	small.resize({ cols: 70, rows: 20 });
	expect(await sizeIn(small, "20x70")).toBe(true);
	small.close();
	wide.close();
	const left = async () =>
		(await tmux("list-sessions -F '#{session_name}'")).split("\n").filter((n) => n.startsWith("tabs"));
	await expect.poll(left, { timeout: timeoutMs }).toEqual(["tabs"]);
});

test("50 MB of output leave the last line on the screen and a full history in tmux", async () => {
	const terminal = await openTerminal({ session: "flood" });
	await shows(terminal, "existing=0");
	terminal.type("head -c 52428800 /dev/zero | tr '\\0' y | fold -w 79; echo last-$((20+1))\r");
	await shows(terminal, "last-21");
	expect(Number(await tmux("display-message -p -t '=flood:' '#{history_size}'"))).toBeGreaterThan(40_000);
	terminal.close();
});

test("what programs need of a native terminal gets through: keys, colour, mouse, paste, no alternate screen, no clipboard", async () => {
	const terminal = await openTerminal({ session: "native" });
	await shows(terminal, "existing=0");
	terminal.type(
		"stty raw -echo; printf '\\033[?1000h\\033[?1006h\\033[?2004h\\033[38;2;1;2;3mtrue-%s\\033[0m' colour\r",
	);
	await shows(terminal, `${esc}[38;2;1;2;3mtrue-colour`);
	await shows(terminal, `${esc}[?1000h`);
	await shows(terminal, `${esc}[?2004h`);
	// The prefix of a plain tmux, Ctrl-W, Alt-b, Esc: each must reach the program.
	terminal.type("\n");
	terminal.close();
	const keys = await openTerminal({ session: "keys" });
	await shows(keys, "existing=0");
	keys.type("stty raw -echo; echo ready-$((1+1)); head -c 5 | od -An -tx1\r");
	await shows(keys, "ready-2");
	keys.type("\u0002\u0017\u001bb");
	keys.type("\u001a");
	await shows(keys, /02 17 1b 62 1a/);
	keys.type("stty sane\n");
	keys.type("printf '\\033[?1049h\\033]52;c;aGk=\\007alt-%s' screen\r");
	await shows(keys, "alt-screen");
	expect(keys.seen()).not.toContain("\u001b[?1049h");
	expect(keys.seen()).not.toContain("\u001b]52;");
	keys.close();
});

test("without tmux a terminal is a plain login shell and says so", async () => {
	const bare = `mkdir -p /tmp/bare && for p in sh bash perl dirname stty env; do ln -sf $(command -v $p) /tmp/bare/; done`;
	expect((await run(user, bare)).code).toBe(0);
	const command = `PATH=/tmp/bare SHELL=/bin/sh ${runtime}/terminal plain 80 24`;
	const terminal = await openTerminal({ session: "plain", command });
	await shows(terminal, announced("plain", 0));
	terminal.type("echo plain-$((1+1))\r");
	await shows(terminal, "plain-2");
	terminal.close();
});

test.each(["", "a b", "a;b", "../x", "a.b", "a:b"])("session name %j is refused", async (name) => {
	expect((await run(user, `${runtime}/terminal '${name}' 80 24`)).code).toBe(64);
});

test("the environment file reaches programs and new terminals with any bytes, and its absence is no error", async () => {
	expect((await run(user, `${runtime}/env-exec sh -c 'echo "[$INJECTED]"'`)).stdout).toBe("[]\n");
	const content = "INJECTED=a b\n$(x) '\"\0SECOND=2\0not a variable\0BAD-NAME=x\0";
	const write = "umask 0077; cat >/run/devbox/env; chown devbox: /run/devbox/env; chmod 0400 /run/devbox/env";
	expect((await run(root, write, content)).code).toBe(0);
	const shown = await run(user, `${runtime}/env-exec sh -c 'printf "%s|%s" "$INJECTED" "$SECOND"'`);
	expect(shown.stdout).toBe("a b\n$(x) '\"|2");
	const terminal = await openTerminal({ session: "env" });
	terminal.type('echo "second-$SECOND"\r');
	await shows(terminal, "second-2");
	terminal.close();
	expect((await run(user, `${runtime}/env-exec /no/such/program`)).code).toBe(127);
	await run(root, "rm /run/devbox/env");
});

test("a supervised program outlives its link and leaves output and exit status", async () => {
	const link = await openLink({ ...box, user: "devbox" });
	const start = await run(
		link,
		`d=$(mktemp -d) && echo $d && ${runtime}/supervise $d sh -c 'echo out; echo err >&2; sleep 1; exit 7'`,
	);
	link.close();
	const [directory] = start.stdout.split("\n");
	const exit = async () => (await run(user, `cat ${directory}/exit`)).stdout;
	await expect.poll(exit, { timeout: timeoutMs }).toBe("code 7\n");
	expect((await run(user, `cat ${directory}/stdout ${directory}/stderr; ls ${directory}`)).stdout).toBe(
		"out\nerr\nexit\npid\nstderr\nstdout\n",
	);
});

test("a supervised program's output is cut at 10 MiB, and it still runs to its end", async () => {
	const start = await run(
		user,
		`d=$(mktemp -d) && echo $d && ${runtime}/supervise $d sh -c 'head -c 30000000 /dev/zero; echo ok >&2'`,
	);
	const [directory] = start.stdout.split("\n");
	const exit = async () => (await run(user, `cat ${directory}/exit`)).stdout;
	await expect.poll(exit, { timeout: timeoutMs }).toBe("code 0\n");
	const sizes = await run(user, `stat -c %s ${directory}/stdout; cat ${directory}/stderr; ls ${directory}`);
	expect(sizes.stdout).toBe("10485760\nok\nexit\npid\nstderr\nstdout\nstdout.cut\n");
});

test("a supervised program dies with its whole group, and a signal is told from an exit status", async () => {
	const start = await run(user, `d=$(mktemp -d) && echo $d && ${runtime}/supervise $d sh -c 'sleep 300 & sleep 300'`);
	const [directory, group] = start.stdout.split("\n");
	expect((await run(user, `kill -KILL -- -${group}`)).code).toBe(0);
	const exit = async () => (await run(user, `cat ${directory}/exit`)).stdout;
	await expect.poll(exit, { timeout: timeoutMs }).toBe("signal 9\n");
	const alive = await run(user, `ps -eo pgid=,stat= | awk '$1 == ${group} && $2 !~ /Z/'`);
	expect(alive.stdout).toBe("");
	const missing = await run(user, `d=$(mktemp -d) && echo $d && ${runtime}/supervise $d /no/such/program`);
	const [other] = missing.stdout.split("\n");
	await expect
		.poll(async () => (await run(user, `cat ${other}/exit`)).stdout, { timeout: timeoutMs })
		.toBe("code 127\n");
});

const identify = async (name: string) => {
	const result = await run(root, `${runtime}/identity ${name}`);
	expect(result).toMatchObject({ code: 0, stderr: "" });
	const facts = await run(
		root,
		"hostname; cat /etc/hostname; grep -c '^127.0.1.1' /etc/hosts; cat /etc/machine-id; cut -c 1-80 /etc/ssh/ssh_host_ed25519_key.pub",
	);
	const [hostname, saved, lines, machineId, hostKey] = facts.stdout.split("\n");
	return { generation: result.stdout, hostname, saved, lines, machineId, hostKey };
};

test("a box gets a name, a machine id and a host key once, and a copy of a box gets its own", async () => {
	const first = await identify("box-one");
	expect(first).toMatchObject({ hostname: "box-one", saved: "box-one", lines: "1" });
	expect(first.machineId).toMatch(/^[0-9a-f]{32}$/);
	expect(first.hostKey).toMatch(/^ssh-ed25519 /);
	expect(first.generation).toMatch(/^[0-9a-f-]{36}\n$/);
	expect(await identify("box-one")).toEqual(first);
	expect((await run(user, "getent ahosts box-one | head -1 | cut -d ' ' -f 1")).stdout).toBe("127.0.1.1\n");

	const renamed = await identify("box-two");
	expect(renamed).toEqual({ ...first, hostname: "box-two", saved: "box-two" });

	await run(root, "echo 02:00:00:00:00:01 >/etc/devbox/identity; rm /run/devbox/generation");
	const copy = await identify("box-three");
	expect(copy.machineId).not.toBe(first.machineId);
	expect(copy.hostKey).not.toBe(first.hostKey);
	expect(copy.generation).not.toBe(first.generation);
	expect(await identify("box-three")).toEqual(copy);
});

test.each(["", "-a", "a-", "A", "a.b", "a b", "x".repeat(64)])("host name %j is refused", async (name) => {
	expect((await run(root, `${runtime}/identity '${name}'`)).code).toBe(64);
});
