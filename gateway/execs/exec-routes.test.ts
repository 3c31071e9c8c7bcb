import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import pino from "pino";
import { expect, test } from "vitest";
import type { ExecOrder, ExecRecord } from "../../lib/domain/exec.ts";
import type { StreamRequest } from "../api/create-api.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { AttachedExec } from "./attached-exec.ts";
import type { ExecHolder } from "./attached-execs.ts";
import type { ExecOwners } from "./exec-owners.ts";
import { openExecRoutes } from "./exec-routes.ts";

const person = "usr_1";
const box = {
	id: "dbx_1",
	state: "ready",
	power: "running",
	desiredState: "running",
	hostId: "h",
	owner: { id: person },
};

/** Routes over a box in which starting an exec takes until `go`. */
function routes() {
	const { promise: mayStart, resolve: go } = Promise.withResolvers<void>();
	const seen = { started: 0, followed: 0, watched: 0, orders: [] as ExecOrder["kind"][] };
	let held: Partial<AttachedExec> | null = null;
	const follow = () => {
		seen.followed++;
		return () => undefined;
	};
	const start = ({ record }: { record: ExecRecord }) => {
		seen.started++;
		const ring = { startOffset: 0, endOffset: 0, read: () => Buffer.alloc(0) };
		const rings = { stdout: ring, stderr: ring } as unknown as AttachedExec["rings"];
		held = { record, rings, hasEnded: false, follow };
	};
	const execs: Partial<ExecHolder> = {
		gatewayId: "gtw_1",
		get: () => held as AttachedExec | null,
		prepare: async () => {
			await mayStart;
			return { start, drop: () => undefined };
		},
		order: (_id, order) => seen.orders.push(order.kind) > 0,
	};
	const query = async ({ name }: { name: string }) => ({ rows: [name === "insert-exec" ? { made: true } : box] });
	const watch = () => {
		seen.watched++;
		return () => undefined;
	};
	const opened = openExecRoutes({
		deps: { db: { pool: { query } }, execs } as never,
		execs: execs as ExecHolder,
		owners: { find: async () => null } satisfies ExecOwners,
		credentials: { watch } as Partial<Credentials> as Credentials,
		log: pino({ level: "silent" }),
	});
	return { opened, seen, go };
}

/** A client that asks to run something and is gone when `meanwhile` is called. */
async function run(
	{ opened }: ReturnType<typeof routes>,
	{ leaves, meanwhile }: { leaves: boolean; meanwhile: () => void },
): Promise<unknown> {
	const body = { argv: ["true"], user: "devbox", tty: false, stdin_open: false, detach: false, linger_ms: 60_000 };
	const serve = (incoming: IncomingMessage, outgoing: ServerResponse) =>
		opened.streams.runExec({
			signedIn: { actor: { userId: person, credentialId: "ses_1" }, credentialIds: ["ses_1"] },
			bindings: { incoming, outgoing },
			requestId: "req_1",
			input: { params: { id: box.id }, body },
			request: new Request("http://gateway/"),
			noteAnswer: () => undefined,
		} as unknown as StreamRequest<"runExec">);
	const answer = Promise.withResolvers<unknown>();
	const server = createServer((incoming, outgoing) => {
		serve(incoming, outgoing).then(answer.resolve, answer.reject);
		if (!leaves) return meanwhile();
		outgoing.once("close", meanwhile);
		incoming.socket.destroy();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const asking = get({ port, host: "127.0.0.1", agent: false }).on("error", () => undefined);
	try {
		return await answer.promise;
	} finally {
		opened.close();
		asking.destroy();
		server.close();
	}
}

test("a client that leaves while its command is started follows nothing, and the command is ended", async () => {
	const world = routes();
	expect(await run(world, { leaves: true, meanwhile: world.go })).toBe(RESPONSE_ALREADY_SENT);
	expect(world.seen).toEqual({ started: 1, followed: 0, watched: 0, orders: ["cancel"] });
});

test("a client that stays follows what it has started", async () => {
	const world = routes();
	expect(await run(world, { leaves: false, meanwhile: world.go })).toBe(RESPONSE_ALREADY_SENT);
	expect(world.seen).toEqual({ started: 1, followed: 1, watched: 1, orders: [] });
});
