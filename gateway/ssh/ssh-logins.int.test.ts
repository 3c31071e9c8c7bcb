/** Who gets in, for how long, and what strangers can do. Real ssh against a gateway; raw sockets where ssh is too polite. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import path from "node:path";
import ssh2 from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type SshBox, startSshBox } from "../testing/ssh-box.ts";
import { openSshClient, type SshClient } from "../testing/ssh-client.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";
import { connectionBounds } from "./connection-limits.ts";

type Session = { id: string; session_id: string; command: string; requires_ssh_key: boolean; notice: string | null };

let box: SshBox;
let gate: TestGateway;
let ann: TestPerson;
let bob: TestPerson;
let devbox: string;
let ours: SshClient;
let theirs: SshClient;
const clients: SshClient[] = [];

beforeAll(async () => {
	box = await startSshBox();
	gate = await startTestGateway({ openLinks: box.openLinks });
	ann = await gate.addPerson();
	bob = await gate.addPerson({ workspaceId: ann.workspaceId });
	devbox = await gate.addDevbox(ann, { name: "work" });
	await gate.addDevbox(bob, { name: "bobs" });
	ours = newClient();
	theirs = newClient();
	await register(ann, ours.publicKey);
	await register(bob, theirs.publicKey);
});

afterAll(async () => {
	for (const client of clients) client.close();
	await gate?.close();
	await box?.close();
});

afterEach(async () => {
	await gate.db.prisma.workspace.update({ where: { id: ann.workspaceId }, data: { requireSshKey: false } });
});

const port = () => gate.gateway.sshAddress?.port ?? 0;

function newClient(o: { keyType?: string; keyBits?: number } = {}): SshClient {
	const client = openSshClient({ port: port(), ...o });
	clients.push(client);
	return client;
}

async function register(person: TestPerson, publicKey: string): Promise<Response> {
	const body = { public_key: publicKey };
	const response = await gate.request("/api/v1/users/me/ssh-key", { as: person, method: "PUT", body });
	expect(response.status).toBe(204);
	return response;
}

async function newSession(o: { as?: TestPerson; bearer?: string; devbox?: string } = {}): Promise<Session> {
	const as = o.bearer ? undefined : (o.as ?? ann);
	const headers = o.bearer ? { authorization: `Bearer ${o.bearer}` } : undefined;
	const url = `/api/v1/devboxes/${o.devbox ?? devbox}/access/session`;
	const response = await gate.request(url, { as, headers, method: "POST", body: {} });
	expect(response.status).toBe(201);
	return (await response.json()) as Session;
}

async function whoami(client: SshClient, login: string, options: string[] = []): Promise<string> {
	const ran = await client.run("ssh", [...options, login, "id -un"]);
	return ran.code === 0 ? ran.stdout.toString().trim() : ran.stderr.trim();
}

/** Resolves with what ssh says once it was cut off. */
async function cutOff(
	client: SshClient,
	login: string,
	cut: () => Promise<unknown>,
): Promise<{ ms: number; said: string }> {
	const running = client.start("ssh", [login, "echo up; exec sleep 60"], { stdin: "open" });
	await eventually("the connection", () => running.stdout().includes("up"));
	const at = performance.now();
	await cut();
	const ran = await running.ended;
	expect(ran.code).toBe(255);
	return { ms: performance.now() - at, said: ran.stderr };
}

describe("a registered key", () => {
	test("opens its owner's boxes by name, by name and workspace, and by id", async () => {
		for (const login of ["work@box", "work.test@box", `work.${ann.workspaceId}@box`, `${devbox}@box`])
			expect(await whoami(ours, login)).toBe("devbox");
	});

	test("stands in the audit log before its client is in, and again when it has gone; so does a login without a box", async () => {
		const told = (action: string) =>
			gate.db.prisma.auditEvent.findMany({ where: { userId: ann.userId, action }, orderBy: { seq: "desc" } });
		const isAllOver = async () => (await told("ssh.open")).length === (await told("ssh.close")).length;
		await eventually("the end of those before", isAllOver);
		const { length: before } = await told("ssh.open");
		const running = ours.start("ssh", ["work@box", "echo up; read line"], { stdin: "open" });
		await eventually("the connection", () => running.stdout().includes("up"));
		const opened = await told("ssh.open");
		expect(opened).toHaveLength(before + 1);
		expect(opened[0]).toMatchObject({
			...{ actorKind: "ssh_key", targetId: devbox, address: "127.0.0.1", outcome: "success" },
			detail: { fingerprint: expect.stringMatching(/^SHA256:/) },
		});
		running.child.stdin?.end("\n");
		await running.ended;
		await eventually("the end", isAllOver);
		const { length: refusedBefore } = await told("ssh.refused");
		await whoami(ours, "bobs@box");
		const refused = await told("ssh.refused");
		expect(refused).toHaveLength(refusedBefore + 1);
		expect(refused[0]).toMatchObject({ outcome: "refused", targetId: null });
	});

	test("opens nobody else's, and does not tell whether there is one", async () => {
		const said = await whoami(ours, "bobs@box");
		expect(said).toContain('You have no devbox "bobs"');
		expect((await whoami(ours, "nothing@box")).replaceAll("nothing", "bobs")).toBe(said);
		const foreign = await gate.addDevbox(bob, { name: "more" });
		expect(await whoami(ours, `${foreign}@box`)).toContain("You have no devbox");
	});

	test.each([
		["rsa", 2048],
		["rsa", 3072],
		["ecdsa", 256],
		["ecdsa", 384],
		["ecdsa", 521],
	])("of type %s with %i bits works", async (keyType, keyBits) => {
		const client = newClient({ keyType, keyBits });
		const added = await gate.request("/api/v1/users/me/ssh-keys", {
			as: ann,
			body: { name: `${keyType} ${keyBits}`, public_key: client.publicKey },
		});
		expect(added.status).toBe(201);
		expect(await whoami(client, "work@box")).toBe("devbox");
	});

	test.each([
		["PUT", "/api/v1/users/me/ssh-key", "personal"],
		["POST", "/api/v1/users/me/ssh-keys", "personal"],
		["POST", "/api/v1/users/me/ssh-keys", "provider"],
	] as const)(
		"that tokens registered (%s %s) ends with the %s one, and its connections as well",
		async (method, path, ended) => {
			const provider = await gate.addToken(ann, { kind: "provider" });
			const personal = await gate.addToken(ann, { scopes: ["devbox:read", "exec"] });
			const client = newClient();
			const added = await gate.request(path, {
				method,
				headers: { "x-provider-token": provider.token, authorization: `Bearer ${personal.token}` },
				body: { public_key: client.publicKey, ...(method === "POST" ? { name: "planted" } : {}) },
			});
			expect(added.ok).toBe(true);
			const { id } = { provider, personal }[ended];
			const revoke = () => gate.db.prisma.apiToken.update({ where: { id }, data: { revokedAt: new Date() } });
			expect((await cutOff(client, "work@box", revoke)).ms).toBeLessThan(5_000);
			expect(await whoami(client, "work@box")).toContain("Permission denied");
			// Ann's own, which a browser registered, took its place in the slot or stands beside it.
			await register(ann, ours.publicKey);
		},
	);

	test("that a token registered ends when the token expires, and stays once its user registers it in a browser", async () => {
		const expiresAt = new Date(Date.now() + 60_000);
		const client = newClient();
		const { token } = await gate.addToken(ann, { expiresAt });
		const add = (headers: Record<string, string> | undefined) =>
			gate.request("/api/v1/users/me/ssh-keys", {
				...(headers ? { headers } : { as: ann }),
				body: { name: "agent", public_key: client.publicKey },
			});
		const added = (await (await add({ authorization: `Bearer ${token}` })).json()) as { id: string };
		expect(added).toMatchObject({ expires_at: expiresAt.toISOString(), token_name: expect.any(String) });
		const { id } = added;
		await gate.db.prisma.sshKey.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
		expect(await whoami(client, "work@box")).toContain("Permission denied");
		await gate.db.prisma.sshKey.update({ where: { id }, data: { expiresAt } });
		expect(await (await add(undefined)).json()).toMatchObject({ id, token_name: null, expires_at: null });
		await gate.db.prisma.apiToken.updateMany({ where: { userId: ann.userId }, data: { revokedAt: new Date() } });
		expect(await whoami(client, "work@box")).toBe("devbox");
	});

	test("that is not registered gets nobody in", async () => {
		expect(await whoami(newClient(), "work@box")).toContain("Permission denied (publickey)");
	});

	test("that was only offered is nobody: the signature decides", async () => {
		// Bob has Ann's public key, and puts it before his own, which alone can sign.
		const folder = newClient().folder;
		execFileSync("cp", [`${ours.keyFile}.pub`, path.join(folder, "stolen.pub")]);
		execFileSync("cp", [theirs.keyFile, path.join(folder, "stolen")]);
		const options = ["-o", `IdentityFile=${folder}/stolen`, "-o", `IdentityFile=${theirs.keyFile}`];
		expect(await whoami(theirs, "work@box", options)).toContain('You have no devbox "work"');
		expect(await offerThenSign()).toEqual(["offered Ann's", "refused", "let in as Bob"]);
	});

	test("lists and ends: taking it away cuts what it opened within 5 s, and nothing opens again", async () => {
		const client = newClient();
		const added = await gate.request("/api/v1/users/me/ssh-keys", {
			as: ann,
			body: { name: "short", public_key: client.publicKey },
		});
		const { id } = (await added.json()) as { id: string };
		const remove = () => gate.request(`/api/v1/users/me/ssh-keys/${id}`, { as: ann, method: "DELETE" });
		const { ms, said } = await cutOff(client, "work@box", remove);
		expect(ms).toBeLessThan(5_000);
		expect(said).toContain("revoked");
		expect(await whoami(client, "work@box")).toContain("Permission denied");
	});
});

/** A client that asks whether Ann's key would do, tries to sign for it with Bob's, and then signs in as Bob. */
function offerThenSign(): Promise<string[]> {
	const annsKey = ssh2.utils.parseKey(ours.publicKey) as ssh2.ParsedKey;
	const bobsKey = ssh2.utils.parseKey(execFileSync("cat", [theirs.keyFile])) as ssh2.ParsedKey;
	const steps: string[] = [];
	// Claims Ann's public key, signs with Bob's private one.
	const forged = Object.create(bobsKey, { getPublicSSH: { value: () => annsKey.getPublicSSH() } }) as ssh2.ParsedKey;
	const client = new ssh2.Client();
	const tries = [forged, bobsKey];
	return new Promise((resolve, reject) => {
		client.once("ready", () => {
			client.exec("id -un", (error, channel) => {
				if (error) return reject(error);
				channel.stderr.once("data", (said: Buffer) => {
					steps.push(said.includes('You have no devbox "work"') ? "let in as Bob" : said.toString());
					client.end();
					resolve(steps);
				});
			});
		});
		client.once("error", reject);
		client.connect({
			host: "127.0.0.1",
			port: port(),
			username: "work",
			authHandler: (_left, _partial, next) => {
				const key = tries.shift();
				if (key === forged) steps.push("offered Ann's");
				else if (key) steps.push("refused");
				if (key) next({ type: "publickey", username: "work", key: key as never });
				else next(false as never);
			},
		});
	});
}

describe("an access session", () => {
	test("opens its box with the command as printed, on a machine without any key", async () => {
		const session = await newSession();
		expect(session.command).toBe(`ssh ${session.session_id}@127.0.0.1 -p ${port()}`);
		const [, ...args] = session.command.split(" ");
		const bare = newClient();
		const fresh = ["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new"];
		const apart = [
			"-o",
			`UserKnownHostsFile=${bare.folder}/fresh`,
			"-o",
			"IdentityFile=/nonexistent",
			"-o",
			"IdentityAgent=none",
		];
		const ran = await bare.run("sh", ["-c", 'exec ssh "$@"', "ssh", ...fresh, ...apart, ...args, "id -un"]);
		expect([ran.stdout.toString(), ran.code]).toEqual(["devbox\n", 0]);
		const gateway = (await (await gate.request("/api/v1/ssh", { as: ann })).json()) as { host_key_fingerprint: string };
		const shown = execFileSync("ssh-keygen", ["-lf", `${bare.folder}/fresh`]).toString();
		expect(shown).toContain(gateway.host_key_fingerprint);
	});

	test("is kept as a hash alone, and its secret is in no answer after the first", async () => {
		const session = await newSession();
		const rows = JSON.stringify(await gate.db.prisma.accessSession.findMany());
		expect(rows).not.toContain(session.session_id);
		const list = await (await gate.request(`/api/v1/devboxes/${devbox}/access/sessions`, { as: ann })).text();
		expect(list).toContain(session.id);
		expect(list).not.toContain(session.session_id);
	});

	test("shows whether somebody is connected with it", async () => {
		const session = await newSession();
		const look = async () => {
			const response = await gate.request(`/api/v1/devboxes/${devbox}/access/sessions`, { as: ann });
			const { data } = (await response.json()) as { data: { id: string; is_active: boolean; tty: boolean }[] };
			return data.find(({ id }) => id === session.id);
		};
		expect(await look()).toMatchObject({ is_active: false, tty: false });
		const running = newClient().start("ssh", ["-tt", `${session.session_id}@box`], { stdin: "open" });
		await eventually("the activity", async () => (await look())?.tty);
		expect(await look()).toMatchObject({ is_active: true });
		running.child.kill();
		await running.ended;
		await eventually("the end", async () => (await look())?.is_active === false);
	});

	test.each(["id", "session_id"] as const)(
		"revoked by its %s is cut within 5 s and opens nothing more",
		async (name) => {
			const session = await newSession();
			const client = newClient();
			const url = `/api/v1/devboxes/${devbox}/access/session/${session[name]}`;
			const { ms } = await cutOff(client, `${session.session_id}@box`, () =>
				gate.request(url, { as: ann, method: "DELETE" }),
			);
			expect(ms).toBeLessThan(5_000);
			expect(await whoami(client, `${session.session_id}@box`)).toContain("expired or was revoked");
			expect((await gate.request(url, { as: ann, method: "DELETE" })).status).toBe(404);
		},
	);

	test("made by a token ends with the token", async () => {
		const token = await gate.addToken(ann, { scopes: ["devbox:read", "exec"] });
		const session = await newSession({ bearer: token.token });
		const revoke = () => gate.db.prisma.apiToken.update({ where: { id: token.id }, data: { revokedAt: new Date() } });
		const { ms } = await cutOff(newClient(), `${session.session_id}@box`, revoke);
		expect(ms).toBeLessThan(5_000);
	});

	test.each(["provider", "personal"] as const)("made with two tokens ends with the %s one", async (ended) => {
		const provider = await gate.addToken(ann, { kind: "provider" });
		const personal = await gate.addToken(ann);
		const url = `/api/v1/devboxes/${devbox}/access/session`;
		const headers = { "x-provider-token": provider.token, authorization: `Bearer ${personal.token}` };
		const session = (await (await gate.request(url, { headers, method: "POST", body: {} })).json()) as Session;
		const { id } = { provider, personal }[ended];
		const revoke = () => gate.db.prisma.apiToken.update({ where: { id }, data: { revokedAt: new Date() } });
		const client = newClient();
		expect((await cutOff(client, `${session.session_id}@box`, revoke)).ms).toBeLessThan(5_000);
		expect(await whoami(client, `${session.session_id}@box`)).toContain("expired or was revoked");
	});

	test("does not outlive the expiry of a token that made it", async () => {
		const expiresAt = new Date(Date.now() + 60_000);
		const { token } = await gate.addToken(ann, { expiresAt });
		const { id } = await newSession({ bearer: token });
		expect(await gate.db.prisma.accessSession.findUniqueOrThrow({ where: { id } })).toMatchObject({ expiresAt });
	});

	test("that has expired is cut", async () => {
		const session = await newSession();
		const expire = () =>
			gate.db.prisma.accessSession.update({
				where: { id: session.id },
				data: { expiresAt: new Date(Date.now() + 500) },
			});
		expect((await cutOff(newClient(), `${session.session_id}@box`, expire)).ms).toBeLessThan(5_000);
	});

	test("and a key are cut when their user is disabled", async () => {
		const carl = await gate.addPerson({ workspaceId: ann.workspaceId });
		const own = await gate.addDevbox(carl, { name: "carls" });
		const client = newClient();
		await register(carl, client.publicKey);
		const session = await newSession({ as: carl, devbox: own });
		const running = newClient().start("ssh", [`${session.session_id}@box`, "echo up; sleep 60"], { stdin: "open" });
		await eventually("the session", () => running.stdout().includes("up"));
		const disable = () => gate.db.prisma.user.update({ where: { id: carl.userId }, data: { disabledAt: new Date() } });
		expect((await cutOff(client, "carls@box", disable)).ms).toBeLessThan(5_000);
		expect((await running.ended).code).toBe(255);
		expect(await whoami(client, "carls@box")).toContain("Permission denied");
	});

	test("is not enough in a workspace that asks for a key as well; a key of the same user is, another's is not", async () => {
		await gate.db.prisma.workspace.update({ where: { id: ann.workspaceId }, data: { requireSshKey: true } });
		const session = await newSession();
		expect(session).toMatchObject({ requires_ssh_key: true, notice: expect.stringContaining("registered SSH key") });
		const login = `${session.session_id}@box`;
		expect(await whoami(newClient(), login)).toContain("asks for your registered SSH key");
		expect(await whoami(theirs, login)).toContain("Permission denied");
		expect(await whoami(ours, login)).toBe("devbox");
	});

	test("opens its own box alone, whatever else stands in the user name", async () => {
		const { session_id: secret } = await newSession();
		for (const login of [`${secret}x@box`, `${secret}.test@box`, `${secret.slice(0, -1)}@box`])
			expect(await whoami(newClient(), login)).toContain("Permission denied");
	});

	test("of another's box cannot be made, listed or revoked", async () => {
		const session = await newSession();
		const base = `/api/v1/devboxes/${devbox}/access`;
		const asked = await Promise.all([
			gate.request(`${base}/session`, { as: bob, method: "POST", body: {} }),
			gate.request(`${base}/sessions`, { as: bob }),
			gate.request(`${base}/session/${session.id}`, { as: bob, method: "DELETE" }),
			gate.request(`${base}/session/${session.session_id}`, { as: bob, method: "DELETE" }),
		]);
		expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
	});
});

describe("a box", () => {
	test("that is stopped tells so in a sentence, with how to start it", async () => {
		const stopped = await gate.addDevbox(ann, { name: "off", state: "stopped", power: "off", desiredState: "stopped" });
		for (const options of [[], ["-tt"]]) {
			const ran = await ours.run("ssh", [...options, "off@box", "true"]);
			const said = options.length ? ran.stderr + ran.stdout : ran.stderr;
			expect([ran.code, said]).toEqual([
				255,
				expect.stringMatching(`off is stopped. Start it first. See http://devbox.test/devboxes/${stopped}`),
			]);
		}
	});

	test("that is being stopped takes no new login, session or command, and says why", async () => {
		const wanted = { name: "going", desiredState: "stopped" };
		const going = await gate.addDevbox(ann, wanted);
		const said = await whoami(ours, "going@box");
		expect(said).toContain("going is being stopped. Start it again once it is.");
		for (const [path, body] of [
			["access/session", {}],
			["execs", { argv: ["true"] }],
			["terminal-tickets", { terminal: "main" }],
		] as const) {
			const answer = await gate.request(`/api/v1/devboxes/${going}/${path}`, { as: ann, body });
			expect([path, answer.status]).toEqual([path, 409]);
			expect(await answer.json()).toMatchObject({
				code: "wrong_state",
				detail: expect.stringContaining("is being stopped"),
			});
		}
	});

	test.each(["stopped", "destroyed"] as const)("that is %s cuts who is in it within 5 s", async (state) => {
		const other = await gate.addDevbox(ann, { name: `ends-${state}` });
		const end = () =>
			gate.db.prisma.devbox.update({ where: { id: other }, data: { state, power: "off", desiredState: state } });
		const { ms, said } = await cutOff(ours, `ends-${state}@box`, end);
		expect(ms).toBeLessThan(5_000);
		expect(said).toContain(state === "stopped" ? "is not running" : "was destroyed");
	});

	test("whose link breaks ends the command without an exit code of its own, and the next one works", async () => {
		const running = ours.start("ssh", ["work@box", "echo up; sleep 60"], { stdin: "open" });
		await eventually("the connection", () => running.stdout().includes("up"));
		box.breakLinks();
		const ran = await running.ended;
		expect([ran.code, ran.stderr]).toEqual([255, expect.stringContaining("The connection into the devbox was lost")]);
		expect(await whoami(ours, "work@box")).toBe("devbox");
	});
});

describe("strangers", () => {
	const sockets: Socket[] = [];

	async function knock(): Promise<{ socket: Socket; greeting: string }> {
		const socket = connect(port(), "127.0.0.1");
		socket.on("error", () => undefined);
		sockets.push(socket);
		const [chunk] = (await once(socket, "data")) as [Buffer];
		return { socket, greeting: chunk.toString() };
	}

	afterEach(() => {
		for (const socket of sockets.splice(0)) socket.destroy();
	});

	test("from one address hold no more than a few connections, and others get in when they go", async () => {
		const held = await Promise.all(Array.from({ length: connectionBounds.unauthenticatedPerAddress }, knock));
		for (const { greeting } of held) expect(greeting).toMatch(/^SSH-2\.0-Devbox\r\n/);
		expect((await knock()).greeting).toBe("Too many connections. Try again in a moment.\r\n");
		held[0]?.socket.destroy();
		await eventually("a place is free", async () => (await knock()).greeting.startsWith("SSH-2.0"));
	});

	test("that send junk are cut off, and who is inside does not notice", async () => {
		const inside = ours.start("ssh", ["work@box", "cat"], { stdin: "open" });
		const junk = [
			Buffer.from("GET / HTTP/1.1\r\n\r\n"),
			Buffer.alloc(300_000, "x"),
			Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), Buffer.alloc(64, 0xff)]),
			Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), Buffer.from([0, 0, 0, 12, 4, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]),
			Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), Buffer.from([0, 0, 0, 12, 10, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]),
		];
		for (const bytes of junk) {
			const { socket } = await knock();
			const closed = once(socket, "close");
			socket.write(bytes);
			await closed;
		}
		inside.child.stdin?.end("fine");
		expect((await inside.ended).stdout.toString()).toBe("fine");
	});

	test("cannot open channels before they have logged in", async () => {
		const client = new ssh2.Client();
		client.on("error", () => undefined);
		const failed = new Promise<void>((resolve) => client.once("close", () => resolve()));
		let opened = 0;
		client.once("handshake", () => {
			const { _protocol: protocol } = client as unknown as {
				_protocol: { session(...args: number[]): void; _handlers: Record<string, () => void> };
			};
			protocol._handlers.CHANNEL_OPEN_CONFIRMATION = () => {
				opened++;
			};
			protocol.session(0, 1024, 1024);
		});
		client.connect({ host: "127.0.0.1", port: port(), username: "work", authHandler: ["none"] });
		await failed;
		expect(opened).toBe(0);
	});
});
