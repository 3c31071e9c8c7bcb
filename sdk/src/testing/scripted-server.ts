/** An HTTP server that a test scripts: it answers what the test says, and remembers what it was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Devbox } from "../generated/api.ts";

export type SeenRequest = { method: string; path: string; headers: IncomingMessage["headers"]; body: string };
type Answer = (response: ServerResponse, request: SeenRequest) => unknown;

export type ScriptedServer = {
	url: string;
	server: Server;
	requests: SeenRequest[];
	/** Paths below the API, in order, as `GET /devboxes`. */
	asked(): string[];
	/** Each call of `method path` takes the next answer, the last one stays. */
	on(route: string, ...answers: Answer[]): void;
	close(): Promise<void>;
};

export async function startScriptedServer(): Promise<ScriptedServer> {
	const routes = new Map<string, Answer[]>();
	const requests: SeenRequest[] = [];
	const server = createServer((incoming, response) => {
		void readBody(incoming).then((body) => {
			const path = (incoming.url ?? "").replace(/^\/api\/v1/, "");
			const request = { method: incoming.method ?? "", path, headers: incoming.headers, body };
			requests.push(request);
			const answers = routes.get(`${request.method} ${path.split("?")[0]}`) ?? [];
			const answer = answers.length > 1 ? answers.shift() : answers[0];
			if (answer) answer(response, request);
			else
				json(404, { code: "not_found", detail: `nothing is scripted for ${request.method} ${path}` })(
					response,
					request,
				);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		server,
		requests,
		asked: () => requests.map(({ method, path }) => `${method} ${path}`),
		on: (route, ...answers) => routes.set(route, answers),
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function readBody(incoming: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	try {
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
	} catch {
		// Cut by the client: the test looks at what came.
	}
	return Buffer.concat(chunks).toString();
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
	return (response) => {
		response.writeHead(status, { "content-type": "application/json", ...headers });
		response.end(status === 204 ? undefined : JSON.stringify(body));
	};
}

/** The connection breaks without an answer. */
export const breakOff: Answer = (response) => response.destroy();

/** Never answers. */
export const silence: Answer = () => undefined;

/** Events, and then the connection ends, breaks or stays open. */
export function sse(events: [string, unknown][], then: "end" | "break" | "stay" = "end"): Answer {
	return (response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(events.map(([type, data]) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`).join(""));
		if (then === "end") response.end();
		// After what was written has left.
		else if (then === "break") setTimeout(() => response.destroy(), 20);
	};
}

/** An event stream that stays open, and says more once the request `after` was made, as a server says what happened since. */
export function eventsAfter(server: ScriptedServer, after: string, events: [string, unknown][]): Answer {
	return (response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write("event: resync\ndata: {}\n\n");
		const timer = setInterval(() => {
			if (!server.asked().includes(after)) return;
			clearInterval(timer);
			for (const [type, data] of events) response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
		}, 5);
		response.on("close", () => clearInterval(timer));
	};
}

export function devbox(o: Partial<Devbox> = {}): Devbox {
	return {
		id: "dbx_0000000000000001",
		name: "task",
		label: "task",
		state: "ready",
		power: "running",
		desired_state: "running",
		reason: null,
		current_step: null,
		actions: [],
		...o,
	} as Devbox;
}
