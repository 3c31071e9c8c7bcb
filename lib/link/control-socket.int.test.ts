import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BoxLink } from "../domain/box-link.ts";
import { AppError } from "../domain/errors.ts";
import { createBoxLinks } from "./box-links.ts";
import { controlHandler } from "./control-socket.ts";
import { startTestBox, type TestBox } from "./testing/test-box.ts";

let box: TestBox;
let links: ReturnType<typeof createBoxLinks>;
const timeoutMs = 20_000;
const identity = { devboxId: "dbx_1", name: "first" };
let isKnown = true;

beforeAll(async () => {
	box = await startTestBox();
	const handler = controlHandler({
		identity: () =>
			isKnown ? Promise.resolve(identity) : Promise.reject(new Error("the database at 10.0.0.1 is away")),
		network: () => Promise.resolve({ json: { mode: "none" }, text: "none: No network at all" }),
		askNetwork: ({ name, reason }) =>
			name === "a.example.com"
				? Promise.resolve({ json: { name, reason }, text: `Asked for ${name} (${reason})` })
				: Promise.reject(new AppError({ code: "invalid", message: `${name} is no name.` })),
		idToken: ({ audience }) =>
			audience === "vault"
				? Promise.resolve({ token: "a.b.c", expiresAt: new Date(0) })
				: Promise.reject(new AppError({ code: "forbidden", message: `${audience} is not allowed.` })),
	});
	links = createBoxLinks({ engine: box.engine, control: () => handler });
});

afterAll(async () => {
	await links?.close();
	await box?.close();
});

const open = (user: "root" | "devbox"): Promise<BoxLink> => links.get({ instance: box.instance, user });

/** Says `request` to the socket and prints what comes back. Perl, since every Debian has it. */
async function say(request: string): Promise<string> {
	const script = `use IO::Socket::UNIX; $s = IO::Socket::UNIX->new("/run/devbox/control.sock") or die "no socket: $!\\n"; local $/; $s->print(<STDIN>); $s->shutdown(1); print <$s>;`;
	const link = await open("devbox");
	const result = await link.run({ command: `perl -e '${script}'`, stdin: request, timeoutMs });
	return result.stdout + result.stderr;
}

const ask = () => say("GET /v1/identity HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n");

test("a process of the box's user learns who the box is, and the socket is for root and that user alone", async () => {
	await expect.poll(ask, { timeout: timeoutMs }).toContain('{"devboxId":"dbx_1","name":"first"}');
	const link = await open("root");
	const listing = await link.run({ command: "stat -c '%A %U %G' /run/devbox/control.sock /run/devbox", timeoutMs });
	expect(listing.stdout).toBe("srw-rw---- root devbox\ndrwxr-sr-x root devbox\n");
});

test("other paths, other methods and nonsense get a short answer", async () => {
	expect(await say("GET /v1/secrets HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 404/);
	expect(await say("DELETE /v1/identity HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 405/);
	expect(await say("nonsense\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
	expect(await say(`GET / HTTP/1.1\r\nX: ${"x".repeat(100_000)}\r\n\r\n`)).not.toMatch(/^HTTP\/1.1 200/);
});

test("trouble of ours is not told to the box", async () => {
	isKnown = false;
	const answer = await ask();
	isKnown = true;
	expect(answer).toMatch(/^HTTP\/1.1 503/);
	expect(answer).not.toContain("10.0.0.1");
});

test("many connections at once are served or refused, and the link stays", async () => {
	const link = await open("devbox");
	const hold = `use IO::Socket::UNIX; for (1..100) { push @s, IO::Socket::UNIX->new("/run/devbox/control.sock") } print scalar(@s), "\\n"; $| = 1; print ""; sleep 60`;
	const channel = await link.open({ command: `exec perl -e '$| = 1; ${hold}'` });
	await new Promise((resolve) => channel.stdio.once("data", resolve));
	channel.signal("KILL");
	channel.close();
	await expect.poll(ask, { timeout: timeoutMs }).toContain("dbx_1");
	expect(link.isOpen).toBe(true);
});

test("the socket is there again after the link was lost, and dead after a drop", async () => {
	box.breakStreams();
	await expect.poll(ask, { timeout: timeoutMs }).toContain("dbx_1");
	links.drop(box.instance);
	const plain = createBoxLinks({ engine: box.engine });
	const link = await plain.get({ instance: box.instance, user: "devbox" });
	const probe = `perl -MIO::Socket::UNIX -e 'exit(IO::Socket::UNIX->new("/run/devbox/control.sock") ? 0 : 9)'`;
	const reach = async () => (await link.run({ command: probe, timeoutMs })).code;
	await expect.poll(reach, { timeout: timeoutMs }).toBe(9);
	await plain.close();
});

const idToken = (words: string) => command("devbox-id-token", words);

/** As the image has it, run from this tree. */
async function command(name: string, words: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
	const script = await readFile(join(import.meta.dirname, "../../images/base/files/usr/bin", name));
	const link = await open("devbox");
	return link.run({ command: `perl - ${words}`, stdin: script, timeoutMs: 60_000 });
}

test("the command in the box prints a token, or says why there is none and what to do", async () => {
	expect(await idToken("--audience vault")).toMatchObject({ code: 0, stdout: "a.b.c\n", stderr: "" });
	const json = await idToken("--json --audience=vault");
	expect(JSON.parse(json.stdout)).toEqual({
		token: "a.b.c",
		audience: "vault",
		expires_at: "1970-01-01T00:00:00.000Z",
	});
	const refused = await idToken("--audience 'other & more'");
	expect(refused).toMatchObject({ code: 1, stdout: "", stderr: "devbox-id-token: other & more is not allowed.\n" });
	expect(await idToken("--json --audience other")).toMatchObject({
		code: 1,
		stderr: "devbox-id-token: other is not allowed.\n",
	});
	expect((await idToken("--help")).stdout).toContain("--audience <text>");
	for (const wrong of ["", "--audience", "--audience ''", "--for vault"]) expect((await idToken(wrong)).code).toBe(2);
});

test("the command in the box says its network policy and asks for a name, or says why not", async () => {
	const network = (words: string) => command("devbox-network", words);
	expect(await network("")).toMatchObject({ code: 0, stdout: "none: No network at all\n", stderr: "" });
	expect(JSON.parse((await network("--json")).stdout)).toEqual({ mode: "none" });
	const asked = await network("ask a.example.com --reason 'for builds & tests'");
	expect(asked).toMatchObject({ code: 0, stdout: "Asked for a.example.com (for builds & tests)\n" });
	const refused = await network("ask '*'");
	expect(refused).toMatchObject({ code: 1, stdout: "", stderr: "devbox-network: * is no name.\n" });
	expect((await network("--help")).stdout).toContain("devbox-network ask <name>");
	for (const wrong of ["ask", "ask a b", "asks", "--reason x", "ask a --reason"])
		expect((await network(wrong)).code).toBe(2);
});

test("who holds the control socket takes it over when the process that had it goes", async () => {
	await links.holdControl({ instance: box.instance });
	const other = createBoxLinks({
		engine: box.engine,
		control: () =>
			controlHandler({
				identity: () => Promise.resolve({ devboxId: "dbx_1", name: "second" }),
				network: () => Promise.reject(new Error("nobody asks here")),
				askNetwork: () => Promise.reject(new Error("nobody asks here")),
				idToken: () => Promise.reject(new Error("nobody asks here")),
			}),
	});
	await other.holdControl({ instance: box.instance });
	// A socket that is answered is left to who answers it.
	await links.holdControl({ instance: box.instance });
	expect(await ask()).toContain('"name":"second"');
	await other.close();
	const taken = async () => {
		await links.holdControl({ instance: box.instance });
		return ask();
	};
	await expect.poll(taken, { timeout: timeoutMs }).toContain('"name":"first"');
});
