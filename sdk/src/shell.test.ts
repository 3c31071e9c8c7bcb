import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WebSocket as ServerSocket, WebSocketServer, WebSocket as WsPackage } from "ws";
import {
	type TerminalServerMessage,
	terminalCloseCodes,
	terminalUnackedBytesMax,
} from "../../lib/contract/terminal-protocol.ts";
import type { Box } from "./box.ts";
import { Compute } from "./compute.ts";
import { readChunks } from "./sse.ts";
import { devbox, json, type ScriptedServer, startScriptedServer } from "./testing/scripted-server.ts";

let server: ScriptedServer;
let sockets: WebSocketServer;
let box: Box;
let upgrades: { url: string; authorization: string | undefined; origin: string | undefined }[];
let heard: string[];
let onOpen: (socket: ServerSocket) => void;

const say = (socket: ServerSocket, message: TerminalServerMessage) => socket.send(JSON.stringify(message));

beforeEach(async () => {
	server = await startScriptedServer();
	upgrades = [];
	heard = [];
	onOpen = (socket) => say(socket, { type: "ready", mode: "tmux", existing: false });
	sockets = new WebSocketServer({ server: server.server, path: "/api/v1/terminal" });
	sockets.on("connection", (socket, request) => {
		const { authorization, origin } = request.headers;
		upgrades.push({ url: request.url ?? "", authorization, origin });
		socket.on("message", (data, isBinary) => heard.push(isBinary ? `bytes ${data}` : String(data)));
		socket.once("message", () => onOpen(socket));
	});
	server.on("GET /devboxes/dbx_0000000000000001", json(200, devbox()));
	const url = "/api/v1/terminal?ticket=t1";
	server.on("POST /devboxes/dbx_0000000000000001/terminal-tickets", json(201, { ticket: "t1", url, expires_at: "" }));
	box = await new Compute({ apiKey: "k", baseUrl: server.url }).box.get("dbx_0000000000000001");
});
afterEach(async () => {
	for (const socket of sockets.clients) socket.terminate();
	sockets.close();
	await server.close();
});

const failure = async (call: Promise<unknown>): Promise<unknown> =>
	call.then(
		() => "no failure",
		(reason: unknown) => reason,
	);

describe("a shell", () => {
	test.each([
		["Node's own WebSocket", undefined],
		["the one of the package ws", WsPackage],
	])("opens with %s, with a ticket, the token and its size", async (_name, WebSocket) => {
		const compute = new Compute({ apiKey: "k", baseUrl: server.url, WebSocket });
		const shell = await (await compute.box.get(box.id)).shell({ name: "work", cols: 100, rows: 30 });
		expect(shell.isExisting).toBe(false);
		expect(upgrades).toEqual([{ url: "/api/v1/terminal?ticket=t1", authorization: "Bearer k", origin: undefined }]);
		expect(JSON.parse(server.requests.at(-1)?.body ?? "")).toEqual({ terminal: "work" });
		shell.write("ls\n");
		shell.resize({ cols: 10, rows: 5 });
		await expect
			.poll(() => heard)
			.toEqual(['{"type":"resize","cols":100,"rows":30}', "bytes ls\n", '{"type":"resize","cols":10,"rows":5}']);
		shell.close();
		expect(await shell.ended).toEqual({ exitCode: undefined });
	});

	test("gives its output in order up to the exit code", async () => {
		onOpen = (socket) => {
			say(socket, { type: "ready", mode: "tmux", existing: true });
			for (const text of ["one ", "two"]) socket.send(Buffer.from(text));
			say(socket, { type: "exit", code: 4 });
		};
		const shell = await box.shell();
		let text = "";
		for await (const chunk of readChunks(shell.output)) text += new TextDecoder().decode(chunk);
		expect(text).toBe("one two");
		expect(await shell.ended).toEqual({ exitCode: 4 });
	});

	test("acknowledges what was read, and nothing that was not", async () => {
		const chunk = Buffer.alloc(32 * 1024);
		const sent = terminalUnackedBytesMax / chunk.length;
		onOpen = (socket) => {
			say(socket, { type: "ready", mode: "tmux", existing: false });
			for (let i = 0; i < sent; i++) socket.send(chunk);
		};
		const shell = await box.shell();
		const acked = () =>
			heard.reduce((sum, text) => sum + (text.startsWith('{"type":"ack"') ? JSON.parse(text).bytes : 0), 0);
		const reader = shell.output.getReader();
		await reader.read();
		expect(acked()).toBe(0);
		for (let i = 1; i < sent; i++) await reader.read();
		await expect.poll(acked).toBeGreaterThanOrEqual(terminalUnackedBytesMax * 0.75);
		shell.close();
	});

	test("that the server closes ends with its reason", async () => {
		onOpen = (socket) => {
			say(socket, { type: "ready", mode: "tmux", existing: false });
			say(socket, { type: "closed", reason: "task was destroyed.", code: "not_running" });
			socket.close(terminalCloseCodes.not_running.close);
		};
		const shell = await box.shell();
		expect(await failure(shell.ended)).toMatchObject({ code: "wrong_state", detail: "task was destroyed." });
	});

	test("whose connection breaks is lost, not ended", async () => {
		onOpen = (socket) => {
			say(socket, { type: "ready", mode: "tmux", existing: false });
			socket.terminate();
		};
		const shell = await box.shell();
		expect(await failure(shell.ended)).toMatchObject({ code: "lost" });
	});

	test("that does not open is refused, or late, or aborted", async () => {
		onOpen = (socket) => say(socket, { type: "closed", reason: "used", code: "ticket_refused" });
		expect(await failure(box.shell())).toMatchObject({ code: "forbidden" });
		onOpen = () => undefined;
		expect(await failure(box.shell({ timeoutMs: 50 }))).toMatchObject({ code: "timeout" });
		const controller = new AbortController();
		const call = failure(box.shell({ signal: controller.signal }));
		await expect.poll(() => heard.length).toBeGreaterThan(0);
		controller.abort();
		expect(await call).toMatchObject({ code: "aborted" });
	});
});
