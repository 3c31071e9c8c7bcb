/** The real ssh, scp, sftp and rsync against a gateway, with a registered key: what they do elsewhere they do here. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type SshBox, startSshBox } from "../testing/ssh-box.ts";
import { openSshClient, type Running, type SshClient } from "../testing/ssh-client.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let box: SshBox;
let gate: TestGateway;
let ann: TestPerson;
let client: SshClient;

beforeAll(async () => {
	box = await startSshBox();
	gate = await startTestGateway({ openLinks: box.openLinks });
	ann = await gate.addPerson();
	await gate.addDevbox(ann, { name: "work" });
	const known = (await (await gate.request("/api/v1/ssh", { as: ann })).json()) as { known_hosts: string };
	client = openSshClient({ port: gate.gateway.sshAddress?.port ?? 0, knownHosts: known.known_hosts });
	const body = { public_key: client.publicKey };
	expect((await gate.request("/api/v1/users/me/ssh-key", { as: ann, method: "PUT", body })).status).toBe(204);
	// The first login pays for the link.
	expect((await client.run("ssh", ["work@box", "true"])).stderr).toBe("");
});

afterAll(async () => {
	client?.close();
	await gate?.close();
	await box?.close();
});

/** For `perl - echo|page`: gives back what it gets once that has ended, or answers HTTP. Says its port first, and goes by itself. */
const serverScript = `use IO::Socket::INET;
$SIG{CHLD} = "IGNORE"; $| = 1;
my ($kind) = @ARGV;
alarm 120;
my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 0, Listen => 50) or die "listen: $!";
print "listeningOn=", $server->sockport, "==\\n";
while (my $client = $server->accept) {
	if (fork == 0) {
		if ($kind eq "echo") { local $/; my $all = <$client>; print $client $all; }
		else { while (my $line = <$client>) { last if $line =~ /^\\r?\\n/; } print $client "HTTP/1.0 200 OK\\r\\n\\r\\npage\\n"; }
		exit 0;
	}
	close $client;
}
`;

async function portOf(running: Running): Promise<string> {
	const [, port = ""] = await eventually("its port", () => /listeningOn=(\d+)==/.exec(running.stdout()), 20_000);
	return port;
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}

async function echoServer(): Promise<{ server: Server; port: number }> {
	const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
	await once(server, "listening");
	return { server, port: (server.address() as { port: number }).port };
}

/** Sends, ends its side, and answers what came back. */
function exchange(port: number, bytes: Buffer): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
		const chunks: Buffer[] = [];
		socket.on("data", (chunk: Buffer) => chunks.push(chunk));
		socket.once("error", reject);
		socket.once("end", () => resolve(Buffer.concat(chunks)));
		socket.end(bytes);
	});
}

function sayTo(socketPath: string, words: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = connect({ path: socketPath, allowHalfOpen: true });
		let text = "";
		socket.on("data", (chunk) => {
			text += chunk;
		});
		socket.once("error", reject);
		socket.once("end", () => resolve(text));
		socket.end(words);
	});
}

async function answers(port: number): Promise<boolean> {
	const bytes = Buffer.from("ping");
	return exchange(port, bytes).then(
		(back) => back.equals(bytes),
		() => false,
	);
}

describe("a command", () => {
	test.each([
		["true", 0],
		["false", 1],
		["exit 42", 42],
		["exit 255", 255],
		["sh -c 'kill -9 $$'; exit $?", 137],
	])("%s ends as it ends in the box", async (command, code) => {
		expect((await client.run("ssh", ["work@box", command])).code).toBe(code);
	});

	test("that a signal ends is told as such: ssh then answers 255 and names the signal", async () => {
		const ran = await client.run("ssh", ["-v", "work@box", "kill -TERM $$"]);
		expect(ran.code).toBe(255);
		expect(ran.stderr).toContain("rtype exit-signal");
	});

	test("runs as devbox, with stdout and stderr apart", async () => {
		const ran = await client.run("ssh", ["work@box", "id -un; echo oops >&2"]);
		expect([ran.stdout.toString(), ran.stderr, ran.code]).toEqual(["devbox\n", "oops\n", 0]);
	});

	test("is taken byte by byte: quotes, newlines, and names that are no UTF-8", async () => {
		const awkward = `printf '%s' "a'b" 'c"d' "$(printf 'e\nf')"`;
		expect((await client.run("ssh", ["work@box", awkward])).stdout.toString()).toBe(`a'bc"de\nf`);
		const raw = await client.run("sh", [
			"-c",
			`ssh -F ${client.folder}/config work@box "printf '%s' '$(printf '\\377')' | od -An -tx1"`,
		]);
		expect(raw.stdout.toString().trim()).toBe("ff");
	});

	test("gets its input to the end and no further", async () => {
		const bytes = randomBytes(3_000_000);
		const ran = await client.run("ssh", ["work@box", "cat > /tmp/f && sha256sum < /tmp/f"], { stdin: bytes });
		expect(ran.stdout.toString().split(" ")[0]).toBe(sha256(bytes));
		expect((await client.run("ssh", ["work@box", "true"], { stdin: "" })).code).toBe(0);
		expect((await client.run("ssh", ["-n", "work@box", "cat; exit 3"])).code).toBe(3);
	});

	test("goes on after its input has ended, and says its exit code then", async () => {
		const ran = await client.run("ssh", ["work@box", "cat >/dev/null; sleep 0.3; echo late; exit 9"], { stdin: "x" });
		expect([ran.stdout.toString(), ran.code]).toEqual(["late\n", 9]);
	});

	test("that does not read its input does not hold it up", async () => {
		const ran = await client.run("ssh", ["work@box", "exit 4"], { stdin: Buffer.alloc(8_000_000) });
		expect(ran.code).toBe(4);
	});

	test("brings 20 MB whole, both ways", async () => {
		const bytes = randomBytes(20_000_000);
		const ran = await client.run("ssh", ["work@box", "cat"], { stdin: bytes, timeoutMs: 60_000 });
		expect(sha256(ran.stdout)).toBe(sha256(bytes));
	});

	test("gets the variables of the box and those that the client sends, which go first", async () => {
		await box.asRoot(
			"mkdir -p /run/devbox && printf 'FROM_BOX=1\\0BOTH=box\\0' > /run/devbox/env && chown devbox /run/devbox/env",
		);
		const options = ["-o", "SetEnv=BOTH=client FROM_CLIENT=2"];
		const command = 'echo "$FROM_BOX $BOTH $FROM_CLIENT $LANG"';
		const ran = await eventually("the new environment", async () => {
			const tried = await client.run("ssh", [...options, "work@box", command]);
			const said = tried.stdout.toString();
			return said.startsWith("1") && said;
		});
		expect(ran).toBe("1 client 2 C.UTF-8\n");
		await box.asRoot("rm /run/devbox/env");
	});

	test("whose client goes away loses its input and its output", async () => {
		const running = client.start("ssh", ["work@box", "echo up; cat; echo gone > /tmp/gone"], { stdin: "open" });
		await eventually("it runs", () => running.stdout().includes("up"));
		running.child.kill("SIGKILL");
		await running.ended;
		await eventually(
			"the box noticed",
			async () => (await box.asRoot("cat /tmp/gone 2>/dev/null || true")) === "gone\n",
		);
	});
});

describe("a terminal", () => {
	test("is a login shell on a pty, with the client's type of terminal", async () => {
		const running = client.start("ssh", ["-tt", "work@box"], { stdin: "open", env: { TERM: "xterm-256color" } });
		running.child.stdin?.write("shopt -q login_shell && echo login=$TERM=$(tty | cut -c1-8)\n");
		await eventually("the shell", () => running.stdout().includes("login=xterm-256color=/dev/pts"), 20_000);
		running.child.stdin?.write("exit 5\n");
		expect((await running.ended).code).toBe(5);
	});

	test("has the size of the client's window and follows it", async () => {
		// script gives ssh a terminal; stty changes its size from outside, as a window manager would.
		const [tty, go] = [path.join(client.folder, "tty"), path.join(client.folder, "go")];
		const resizer = `while ! test -e ${go}; do sleep 0.05; done; stty rows 44 cols 122 < "$(cat ${tty})"`;
		const inner = `tty > ${tty}; stty rows 33 cols 111; (${resizer}) & exec ssh -F ${client.folder}/config -tt work@box`;
		const running = client.start("script", ["-qec", inner, "/dev/null"], { stdin: "open" });
		const say = (line: string) => running.child.stdin?.write(`${line}\r`);
		await eventually(
			"the first size",
			() => {
				say("echo size=$(stty size)");
				return running.stdout().includes("size=33 111");
			},
			20_000,
		);
		writeFileSync(go, "");
		await eventually(
			"the new size",
			() => {
				say("echo size=$(stty size)");
				return running.stdout().includes("size=44 122");
			},
			20_000,
		);
		running.child.kill();
		await running.ended;
	});

	test("keeps the modes of the client's own", async () => {
		const inner = `stty erase ^H; ssh -F ${client.folder}/config -tt work@box 'stty -a'`;
		const ran = await client.run("script", ["-qec", inner, "/dev/null"]);
		expect(ran.stdout.toString()).toContain("erase = ^H");
	});

	test("hangs up what runs in it when the client goes", async () => {
		const running = client.start(
			"ssh",
			["-tt", "work@box", "trap 'echo hup > /tmp/hup; exit' HUP; echo up; sleep 60 & wait"],
			{
				stdin: "open",
			},
		);
		await eventually("it runs", () => running.stdout().includes("up"));
		running.child.kill("SIGKILL");
		await eventually("the hang-up", async () => (await box.asRoot("cat /tmp/hup 2>/dev/null || true")) === "hup\n");
	});
});

describe("files", () => {
	const content = randomBytes(5_000_000);

	test.each([
		["sftp", [], "scp file"],
		// The old way has a shell read the name.
		["legacy", ["-O"], "scp-file"],
	])("scp the %s way brings a file there and back", async (_way, options, name) => {
		const local = path.join(client.folder, "sent");
		writeFileSync(local, content, { mode: 0o640 });
		const there = await client.run("scp", ["-q", ...options, "-p", local, `work@box:/tmp/${name}`]);
		expect([there.code, there.stderr]).toEqual([0, ""]);
		const back = path.join(client.folder, "back");
		expect((await client.run("scp", ["-q", ...options, "-p", `work@box:/tmp/${name}`, back])).code).toBe(0);
		expect(sha256(readFileSync(back))).toBe(sha256(content));
		expect(await box.asRoot(`stat -c '%a %U' '/tmp/${name}'`)).toBe("640 devbox\n");
	});

	test("sftp lists, makes, moves and removes", async () => {
		writeFileSync(path.join(client.folder, "small"), "hello");
		const batch =
			"mkdir /tmp/sftp\nput small /tmp/sftp/a\nrename /tmp/sftp/a /tmp/sftp/b\nls -1 /tmp/sftp\nrm /tmp/sftp/b\nrmdir /tmp/sftp\n";
		const ran = await client.run("sftp", ["-b", "-", "work@box"], { stdin: batch });
		expect(ran.code).toBe(0);
		expect(ran.stdout.toString()).toContain("/tmp/sftp/b");
	});

	test("rsync brings a tree, and only what changed the second time", async () => {
		const tree = path.join(client.folder, "tree");
		await client.run("sh", [
			"-c",
			`mkdir -p ${tree}/sub && echo one > ${tree}/one && echo two > ${tree}/sub/two && ln -s one ${tree}/link`,
		]);
		const args = ["-a", "--stats", `${tree}/`, "work@box:/tmp/tree/"];
		expect((await client.run("rsync", args)).code).toBe(0);
		expect(await box.asRoot("cat /tmp/tree/one /tmp/tree/sub/two && readlink /tmp/tree/link")).toBe("one\ntwo\none\n");
		writeFileSync(path.join(tree, "one"), "more\n");
		const second = await client.run("rsync", args);
		expect(second.stdout.toString()).toContain("Number of regular files transferred: 1");
	});
});

describe("forwarding", () => {
	test("-L leads into the box, many connections at a time, each end by itself", async () => {
		const port = await freePort();
		const inside = client.start("ssh", ["work@box", "perl - echo"], { stdin: serverScript });
		const remote = await portOf(inside);
		const running = client.start("ssh", ["-N", "-L", `${port}:127.0.0.1:${remote}`, "work@box"]);
		await eventually("the forward", () => answers(port), 20_000);
		const bytes = randomBytes(1_000_000);
		const back = await Promise.all(Array.from({ length: 10 }, () => exchange(port, bytes)));
		for (const one of back) expect(sha256(one)).toBe(sha256(bytes));
		running.child.kill();
		inside.child.kill();
		await Promise.all([running.ended, inside.ended]);
	});

	test("-L to a port where nothing listens is refused, and the connection goes on", async () => {
		const port = await freePort();
		const running = client.start("ssh", ["-L", `${port}:127.0.0.1:7009`, "work@box", "echo up; cat"], {
			stdin: "open",
		});
		await eventually("the connection", () => running.stdout().includes("up"));
		expect(await answers(port)).toBe(false);
		expect(running.stderr()).toContain("open failed: connect failed");
		running.child.stdin?.end("still here");
		const ran = await running.ended;
		expect([ran.stdout.toString(), ran.code]).toEqual(["up\nstill here", 0]);
	});

	test("-R leads out of the box to the client, on the box's loopback alone", async () => {
		const { server, port } = await echoServer();
		const running = client.start("ssh", ["-R", `7002:127.0.0.1:${port}`, "work@box", "echo up; cat"], {
			stdin: "open",
		});
		await eventually("the connection", () => running.stdout().includes("up"));
		const bash = "exec 3<>/dev/tcp/127.0.0.1/7002; echo through the wall >&3; head -1 <&3";
		const through = await eventually("the way out", async () => {
			const ran = await client.run("ssh", ["work@box", bash]);
			return ran.code === 0 && ran.stdout.toString();
		});
		expect(through).toBe("through the wall\n");
		const listening = await box.asRoot("ss -Hltn 'sport = :7002' | awk '{print $4}' | sort");
		expect(listening).toBe("127.0.0.1:7002\n[::1]:7002\n");
		running.child.stdin?.end();
		expect((await running.ended).code).toBe(0);
		await eventually("the port is free", async () => (await box.asRoot("ss -Hltn 'sport = :7002'")) === "");
		server.close();
	});

	test("-R lets the box choose a port, and refuses to bind to more than loopback and to a port that is taken", async () => {
		const { server, port } = await echoServer();
		const chosen = client.start("ssh", ["-N", "-v", "-R", `0:127.0.0.1:${port}`, "work@box"]);
		const match = await eventually("the port", () => /Allocated port (\d+) for remote forward/.exec(chosen.stderr()));
		const bash = `exec 3<>/dev/tcp/127.0.0.1/${match[1]}; echo chosen >&3; head -1 <&3`;
		expect((await client.run("ssh", ["work@box", bash])).stdout.toString()).toBe("chosen\n");
		const options = ["-N", "-o", "ExitOnForwardFailure=yes"];
		const wide = await client.run("ssh", [...options, "-R", `0.0.0.0:7003:127.0.0.1:${port}`, "work@box"]);
		expect([wide.code, wide.stderr]).toEqual([255, expect.stringContaining("remote port forwarding failed")]);
		const taken = await client.run("ssh", [...options, "-R", `${match[1]}:127.0.0.1:${port}`, "work@box"]);
		expect(taken.code).toBe(255);
		chosen.child.kill();
		await chosen.ended;
		server.close();
	});

	test("-L and -R of unix sockets lead both ways", async () => {
		const { server, port } = await echoServer();
		const local = path.join(client.folder, "local.sock");
		const args = [
			"-R",
			`/tmp/remote.sock:127.0.0.1:${port}`,
			"-L",
			`${local}:/tmp/remote.sock`,
			"work@box",
			"echo up; cat",
		];
		const running = client.start("ssh", args, { stdin: "open" });
		await eventually("the connection", () => running.stdout().includes("up"));
		// The box listens a moment after the command has begun.
		const back = await eventually("the round trip", () => sayTo(local, "round trip").catch(() => null));
		expect(back).toBe("round trip");
		running.child.stdin?.end();
		await running.ended;
		server.close();
	});

	test("-D takes a program of the client to whatever the box reaches", async () => {
		const port = await freePort();
		const inside = client.start("ssh", ["work@box", "perl - page"], { stdin: serverScript });
		const remote = await portOf(inside);
		const running = client.start("ssh", ["-T", "-D", String(port), "work@box", "sh"], { stdin: "open" });
		const page = await eventually(
			"the page",
			async () => {
				const ran = await client.run("curl", [
					"-s",
					"-x",
					`socks5h://127.0.0.1:${port}`,
					`http://127.0.0.1:${remote}/`,
				]);
				return ran.code === 0 && ran.stdout.toString();
			},
			20_000,
		);
		expect(page).toBe("page\n");
		running.child.stdin?.end("exit\n");
		await running.ended;
		inside.child.kill();
		await inside.ended;
	});

	test("-A lends the client's agent to the box for as long as the connection lasts", async () => {
		const agent = client.start("ssh-agent", ["-D", "-a", path.join(client.folder, "agent")], { timeoutMs: 60_000 });
		const env = { SSH_AUTH_SOCK: path.join(client.folder, "agent") };
		await eventually("the agent", async () => (await client.run("ssh-add", [client.keyFile], { env })).code === 0);
		const ask = "ssh-add -l; echo $SSH_AUTH_SOCK";
		const lent = await client.run("ssh", ["-A", "-o", "IdentityAgent=SSH_AUTH_SOCK", "work@box", ask], { env });
		expect(lent.stdout.toString()).toContain("SHA256:");
		const socket = lent.stdout.toString().trim().split("\n").at(-1);
		await eventually(
			"its socket is gone",
			async () => (await box.asRoot(`test -S ${socket} && echo there || true`)) === "",
		);
		const withheld = await client.run(
			"ssh",
			["-o", "IdentityAgent=SSH_AUTH_SOCK", "work@box", "echo [$SSH_AUTH_SOCK]"],
			{ env },
		);
		expect(withheld.stdout.toString()).toBe("[]\n");
		agent.child.kill();
		await agent.ended;
	});

	test("-X is refused, and the command runs", async () => {
		const ran = await client.run("ssh", ["-X", "work@box", "echo [$DISPLAY]"], { env: { DISPLAY: ":77" } });
		expect([ran.stdout.toString(), ran.code]).toEqual(["[]\n", 0]);
	});
});

describe("a connection", () => {
	test("serves many sessions at a time, as with ControlMaster", async () => {
		const control = ["-o", `ControlPath=${client.folder}/control`];
		const master = client.start("ssh", [...control, "-M", "-N", "work@box"]);
		await eventually(
			"the master",
			async () => (await client.run("ssh", [...control, "-O", "check", "work@box"])).code === 0,
		);
		const ran = await Promise.all(
			Array.from({ length: 20 }, (_, n) =>
				client.run("ssh", [...control, "work@box", `sleep 0.2; echo ${n}; exit ${n}`]),
			),
		);
		expect(ran.map(({ code, stdout }) => [code, stdout.toString()])).toEqual(ran.map((_, n) => [n, `${n}\n`]));
		master.child.kill();
		await master.ended;
	});

	test("outlives a change of keys under way, with nothing lost", async () => {
		const bytes = randomBytes(12_000_000);
		const ran = await client.run("ssh", ["-v", "-o", "RekeyLimit=4M", "work@box", "cat"], {
			stdin: bytes,
			timeoutMs: 60_000,
		});
		expect(sha256(ran.stdout)).toBe(sha256(bytes));
		expect(
			ran.stderr.split("rekeying in progress").length + ran.stderr.split("SSH2_MSG_KEXINIT received").length,
		).toBeGreaterThan(4);
	});

	test("answers the client's keep-alives", async () => {
		const options = ["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1"];
		const ran = await client.run("ssh", [...options, "work@box", "sleep 3.5; echo alive"]);
		expect([ran.stdout.toString(), ran.code]).toEqual(["alive\n", 0]);
	});

	test("is strict in its key exchange, and offers nothing old", async () => {
		const ran = await client.run("ssh", ["-vvv", "work@box", "true"]);
		expect(ran.stderr).toContain("will use strict KEX ordering");
		expect(ran.stderr).toMatch(/kex: server->client cipher: aes(128|256)-(ctr|gcm@openssh\.com)/);
		for (const old of [
			"KexAlgorithms=diffie-hellman-group14-sha256",
			"Ciphers=chacha20-poly1305@openssh.com",
			"HostKeyAlgorithms=rsa-sha2-512",
		])
			expect((await client.run("ssh", ["-o", old, "work@box", "true"])).code).toBe(255);
	});

	test("holds a box that floods a client which does not read, and our memory with it", async () => {
		const running = client.start("ssh", ["work@box", "head -c 300000000 /dev/zero; touch /tmp/flooded"], {
			stdin: "open",
		});
		running.child.stdout?.pause();
		const before = process.memoryUsage().rss;
		await eventually("it flows", () => running.child.stdout && running.child.stdout.readableLength > 0);
		const { rss } = process.memoryUsage();
		expect(await box.asRoot("test -e /tmp/flooded && echo done || true")).toBe("");
		expect(rss - before).toBeLessThan(100_000_000);
		running.child.kill("SIGKILL");
		await running.ended;
	});
});

describe("VS Code's way", () => {
	test("a script on stdin installs a server, whose port a long-lived -D reaches while other channels come and go", async () => {
		const port = await freePort();
		const running = client.start("ssh", ["-v", "-T", "-D", String(port), "work@box", "bash"], { stdin: "open" });
		const script = [
			"set -e; echo start-4711",
			"mkdir -p ~/.vscode-server/bin && cd ~/.vscode-server/bin",
			`cat > serve.pl <<'EOF'\n${serverScript}EOF`,
			"(exec perl serve.pl page > log 2>&1 < /dev/null &)",
			"until grep -q == log; do sleep 0.1; done; cat log; echo end-4711",
			"",
		];
		running.child.stdin?.write(script.join("\n"));
		await eventually("the script", () => running.stdout().includes("end-4711"), 30_000);
		const remote = await portOf(running);
		for (let round = 0; round < 3; round++) {
			const ran = await Promise.all(
				Array.from({ length: 5 }, () =>
					client.run("curl", ["-s", "-x", `socks5h://127.0.0.1:${port}`, `http://127.0.0.1:${remote}/`]),
				),
			);
			expect(ran.map(({ stdout }) => stdout.toString())).toEqual(Array(5).fill("page\n"));
		}
		running.child.stdin?.end("exit 0\n");
		expect((await running.ended).code).toBe(0);
	});
});
