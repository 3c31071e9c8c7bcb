import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { freeLoopbackPort } from "./install/free-port.ts";

const name = "devbox.example.com";
let folder: string;
let upstream: http.Server;
let nginx: ChildProcess;
let ports: { http: number; https: number };

/** Answers with the headers that it got, or with a stream that stays open after its first event. */
function startUpstream(): Promise<http.Server> {
	const server = http.createServer((request, response) => {
		if (request.url === "/events") {
			response.writeHead(200, { "content-type": "text/event-stream" });
			response.write("data: first\n\n");
			return;
		}
		response.end(JSON.stringify(request.headers));
	});
	const sockets = new WebSocketServer({ server });
	sockets.on("connection", (socket, request) => {
		socket.send(JSON.stringify(request.headers));
		socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
	});
	return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** The example as it stands in docs/, with this test's ports and certificate in the places of its own. */
function writeConfiguration(): string {
	const [key, certificate] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
	const subject = ["-subj", `/CN=${name}`, "-days", "2"];
	execFileSync(
		"openssl",
		[
			"req",
			"-x509",
			"-newkey",
			"ec",
			"-pkeyopt",
			"ec_paramgen_curve:P-256",
			"-nodes",
			"-keyout",
			key,
			"-out",
			certificate,
			...subject,
		],
		{
			stdio: "ignore",
		},
	);
	const example = readFileSync(path.join(import.meta.dirname, "../docs/examples/nginx.conf"), "utf8")
		.replace("server 127.0.0.1:3000;", `server 127.0.0.1:${(upstream.address() as AddressInfo).port};`)
		.replace("listen 80;", `listen 127.0.0.1:${ports.http};`)
		.replace("listen 443 ssl;", `listen 127.0.0.1:${ports.https} ssl;`)
		.replace(/ssl_certificate .*;/, `ssl_certificate ${certificate};`)
		.replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`);
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
		(kind) => `${kind}_temp_path ${folder}/${kind};`,
	);
	const file = path.join(folder, "nginx.conf");
	writeFileSync(
		file,
		`pid ${folder}/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${temporary.join("\n")}\n${example}\n}\n`,
	);
	return file;
}

beforeAll(async () => {
	folder = mkdtempSync("/var/tmp/devbox-nginx-");
	upstream = await startUpstream();
	ports = { http: await freeLoopbackPort(null), https: await freeLoopbackPort(null) };
	const file = writeConfiguration();
	nginx = spawn("nginx", ["-p", folder, "-e", "stderr", "-c", file, "-g", "daemon off; user root;"], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	let said = "";
	nginx.stderr?.on("data", (chunk: Buffer) => {
		said += chunk.toString();
	});
	const until = Date.now() + 15_000;
	while ((await get("/").catch(() => null)) === null) {
		if (nginx.exitCode !== null || Date.now() > until) throw new Error(`nginx does not serve: ${said}`);
		await delay(50);
	}
});

afterAll(async () => {
	const gone = new Promise((resolve) => nginx.once("exit", resolve));
	nginx.kill("SIGTERM");
	await gone;
	upstream.closeAllConnections();
	upstream.close();
	rmSync(folder, { recursive: true, force: true });
});

function get(
	url: string,
	headers: Record<string, string> = {},
): Promise<{ status: number | undefined; first: string }> {
	return new Promise((resolve, reject) => {
		const options = {
			host: "127.0.0.1",
			port: ports.https,
			path: url,
			rejectUnauthorized: false,
			servername: name,
			headers: { host: name, ...headers },
		};
		const request = https.get(options, (response) => {
			response.once("data", (chunk: Buffer) => {
				resolve({ status: response.statusCode, first: chunk.toString() });
				request.destroy();
			});
		});
		request.setTimeout(5_000, () => request.destroy(new Error("nothing came within 5 s")));
		request.on("error", reject);
	});
}

test("the gateway hears the public name, https and the browser's address, whatever the browser claims", async () => {
	const { first } = await get("/", { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "http" });
	expect(JSON.parse(first)).toMatchObject({
		host: name,
		"x-forwarded-host": name,
		"x-forwarded-proto": "https",
		"x-forwarded-for": "127.0.0.1",
	});
});

test("the name of a preview arrives as it was asked for", async () => {
	const preview = `3000--web.preview.${name}`;
	expect(JSON.parse((await get("/", { host: preview })).first)).toMatchObject({
		host: preview,
		"x-forwarded-host": preview,
		"x-forwarded-proto": "https",
	});
});

test("a live event passes at once, though the stream stays open", async () => {
	expect((await get("/events")).first).toBe("data: first\n\n");
});

test("a terminal's WebSocket passes with its Origin, and binary frames come back as they were", async () => {
	const socket = new WebSocket(`wss://127.0.0.1:${ports.https}/terminal`, {
		rejectUnauthorized: false,
		headers: { host: name, origin: `https://${name}` },
	});
	const messages: Buffer[] = [];
	const enough = new Promise<void>((resolve, reject) => {
		socket.on("error", reject);
		socket.on("message", (data) => {
			messages.push(data as Buffer);
			if (messages.length === 1) socket.send(Buffer.from([0, 1, 254, 255]));
			else resolve();
		});
	});
	await enough;
	socket.close();
	expect(JSON.parse(messages[0]?.toString() ?? "")).toMatchObject({ host: name, origin: `https://${name}` });
	expect(messages[1]).toEqual(Buffer.from([0, 1, 254, 255]));
});

test("plain http is sent to https", async () => {
	const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
		http
			.get({ host: "127.0.0.1", port: ports.http, path: "/devboxes?a=b", headers: { host: name } }, resolve)
			.on("error", reject);
	});
	answer.resume();
	expect([answer.statusCode, answer.headers.location]).toEqual([301, `https://${name}/devboxes?a=b`]);
});
