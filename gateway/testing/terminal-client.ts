/** A terminal as the browser's page is one: connects with a ticket, acknowledges what it gets, remembers what was said. */
import { WebSocket } from "ws";
import type { TerminalServerMessage } from "../../lib/contract/terminal-protocol.ts";
import { eventually } from "./eventually.ts";
import type { TestGateway, TestPerson } from "./test-gateway.ts";

export type TerminalClient = {
	socket: WebSocket;
	messages: TerminalServerMessage[];
	/** The bytes of binary frames: how many, and the last 64 KiB as text. */
	bytes(): number;
	tail(): string;
	type(text: string): void;
	resize(cols: number, rows: number): void;
	/** False: nothing is acknowledged from now on; true: all that is owed, and whatever comes. */
	acknowledge(isOn: boolean): void;
	waitFor(text: string): Promise<void>;
	closed: Promise<{ code: number; message: TerminalServerMessage | undefined }>;
};

type Gate = Pick<TestGateway, "origin" | "request">;

export async function askTicket(gate: Gate, person: TestPerson, devboxId: string, terminal = "main"): Promise<string> {
	const response = await gate.request(`/api/v1/devboxes/${devboxId}/terminal-tickets`, {
		as: person,
		body: { terminal },
	});
	if (response.status !== 201) throw new Error(`no ticket: ${await response.text()}`);
	return ((await response.json()) as { url: string }).url;
}

/** Rejects with the HTTP status when the upgrade is refused. */
export async function openTerminal(
	gate: Gate,
	o: { url: string; as?: TestPerson; origin?: string; size?: { cols: number; rows: number } | null },
): Promise<TerminalClient> {
	const socket = new WebSocket(`${gate.origin.replace("http", "ws")}${o.url}`, {
		headers: { origin: o.origin ?? gate.origin, ...(o.as ? { cookie: o.as.cookie } : {}) },
		perMessageDeflate: false,
	});
	const messages: TerminalServerMessage[] = [];
	let received = 0;
	let owed = 0;
	let isAcknowledging = true;
	let tail = Buffer.alloc(0);

	function acknowledgeOwed(): void {
		if (!isAcknowledging || owed === 0 || socket.readyState !== WebSocket.OPEN) return;
		socket.send(JSON.stringify({ type: "ack", bytes: owed }));
		owed = 0;
	}

	socket.on("message", (data: Buffer, isBinary: boolean) => {
		if (!isBinary) return void messages.push(JSON.parse(data.toString()) as TerminalServerMessage);
		received += data.length;
		owed += data.length;
		tail = Buffer.concat([tail, data]).subarray(-65_536);
		acknowledgeOwed();
	});
	const closed = new Promise<{ code: number; message: TerminalServerMessage | undefined }>((resolve) =>
		socket.on("close", (code) => resolve({ code, message: messages.at(-1) })),
	);
	await new Promise<void>((resolve, reject) => {
		socket.on("open", resolve);
		socket.on("unexpected-response", (_request, response) => {
			reject(new Error(`refused with ${response.statusCode}`));
			socket.terminate();
		});
		socket.on("error", reject);
	});
	const client: TerminalClient = {
		socket,
		messages,
		bytes: () => received,
		tail: () => tail.toString("utf8"),
		type: (text) => socket.send(Buffer.from(text)),
		resize: (cols, rows) => socket.send(JSON.stringify({ type: "resize", cols, rows })),
		acknowledge(isOn) {
			isAcknowledging = isOn;
			acknowledgeOwed();
		},
		async waitFor(text) {
			const isThere = () => tail.toString("utf8").includes(text);
			await eventually(`${JSON.stringify(text)} in the terminal`, isThere).catch((cause) => {
				throw new Error(`${cause.message}; it shows ${JSON.stringify(tail.toString("utf8").slice(-500))}`, { cause });
			});
		},
		closed,
	};
	if (o.size !== null) client.resize(o.size?.cols ?? 80, o.size?.rows ?? 24);
	return client;
}
