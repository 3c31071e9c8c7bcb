/**
 * Boxes that join a tailnet, on this machine's real engine. In the box stand-ins take the places of tailscale and tailscaled; outside of it
 * one takes the place of the coordination server, which verifies by our public documents. The box reaches it by a forward of the test's.
 */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIdentityDocuments } from "../gateway/identity/identity-documents.ts";
import type { ForwardingLink } from "../lib/domain/box-link.ts";
import type { IdTokenIssuer } from "../lib/domain/identity.ts";
import { instanceName } from "../lib/domain/ids.ts";
import { startTokenExchange, type TokenExchange } from "../lib/identity/testing/token-exchange.ts";
import { deleteDevbox } from "../lib/usecases/devboxes/delete-devbox.ts";
import { startDevbox } from "../lib/usecases/devboxes/start-devbox.ts";
import { stopDevbox } from "../lib/usecases/devboxes/stop-devbox.ts";
import { getDevboxTailscale } from "../lib/usecases/tailscale/get-devbox-tailscale.ts";
import { joinTailscale } from "../lib/usecases/tailscale/join-tailscale.ts";
import { setTailscale } from "../lib/usecases/tailscale/set-tailscale.ts";
import { createEngineWorld, type EngineWorld } from "./testing/engine-world.ts";
import { until } from "./testing/worker-world.ts";

const clientId = "kTest1CNTRL";
const portInBox = 4199;
const loginServer = `http://127.0.0.1:${portInBox}`;

let documents: Server;
let issuer: IdTokenIssuer | null = null;
let world: EngineWorld;
let exchange: TokenExchange;
let id: string;
const forwards: ForwardingLink[] = [];

const deps = () => ({ db: world.db, previewBase: null, issuer: world.issuer });
const params = () => ({ params: { id } });
const link = () => world.links.get({ instance: instanceName(id), user: "root" });
const look = async (command: string) => (await (await link()).run({ command, timeoutMs: 20_000 })).stdout.trim();
const statusOf = () => getDevboxTailscale(deps(), world.actor, params());

beforeAll(async () => {
	documents = createServer((request, response) => {
		const serve = issuer && createIdentityDocuments({ issuer, log: console as never });
		if (!serve?.(request, response)) response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => documents.listen(0, "127.0.0.1", resolve));
	const publicUrl = `http://127.0.0.1:${(documents.address() as AddressInfo).port}`;
	world = await createEngineWorld({ publicUrl });
	issuer = world.issuer;
	await world.db.prisma.image.updateMany({ data: { programs: ["tailscale"] } });
	const subject = new RegExp(`^workspace:${world.actor.workspaceId}:devbox:dbx_[a-z0-9]{16}$`);
	exchange = await startTokenExchange({ issuer: publicUrl, clientId, subject, tags: ["tag:devbox", "tag:ci"] });
	world.worker();
});

afterAll(async () => {
	for (const forward of forwards) forward.close();
	await world?.close();
	await exchange?.close();
	documents?.closeAllConnections();
	documents?.close();
});

const settings = (o: { on_failure?: "warn" | "fail"; tags?: string[] } = {}) =>
	setTailscale(deps(), world.actor, {
		body: {
			is_enabled: true,
			is_locked: false,
			client_id: clientId,
			tags: o.tags ?? ["tag:devbox"],
			hostname: "box-{name}",
			login_server: loginServer,
			on_failure: o.on_failure ?? "warn",
		},
	});

/** What tailscale is in a box, and a way to the coordination server from there. */
async function equip(): Promise<void> {
	const files = await (await link()).files();
	for (const name of ["tailscale", "tailscaled"]) {
		const bytes = await readFile(path.join(import.meta.dirname, "testing/tailscale-stand-in", name));
		const file = files.write({ path: `/usr/local/bin/${name}`, mode: 0o755 });
		await new Promise<void>((resolve, reject) => {
			file.once("error", reject);
			file.end(bytes, resolve);
		});
	}
	files.close();
	await forward();
}

async function forward(): Promise<void> {
	const own = await world.links.openForwarding({
		instance: instanceName(id),
		user: "devbox",
		onAgent: (stream) => stream.destroy(),
	});
	forwards.push(own);
	await own.listenTcp({
		port: portInBox,
		onConnection: (stream) => {
			const out = connect(exchange.port, "127.0.0.1");
			stream.pipe(out).pipe(stream);
			for (const end of [stream, out]) end.on("error", () => stream.destroy());
		},
	});
}

const operationsNamed = async (step: string) =>
	(await world.operations(id)).filter((operation) => operation.step === step);

/** Asks for a join and waits until its run has ended. */
async function rejoin(): Promise<string> {
	const before = (await operationsNamed("join_tailscale")).length;
	await joinTailscale(deps(), world.actor, params());
	const ended = await until("the join has ended", async () => {
		const operation = (await operationsNamed("join_tailscale"))[before];
		return operation && operation.status !== "pending" ? operation : null;
	});
	return `${ended.status}: ${ended.message}`;
}

describe("a box that joins", () => {
	beforeAll(async () => {
		await settings();
		({ id } = await world.create("otter"));
		await world.untilState(id, "ready");
	});

	test("and has no tailscale in it is ready all the same, and says which", async () => {
		const [operation] = await operationsNamed("join_tailscale");
		expect(operation).toMatchObject({
			status: "success",
			message: expect.stringMatching(/^Warning: Tailscale: There is no tailscale/),
		});
		expect(await statusOf()).toMatchObject({
			enabled: true,
			status: "failed",
			message: expect.stringContaining("no tailscale"),
		});
		await equip();
	});

	test("is an ephemeral node with its tags and its name, by a token of its own that is gone from the box", async () => {
		expect(await rejoin()).toMatch(/^success: Joined the tailnet as box-otter\.example-tailnet\.ts\.net\.$/);
		expect(exchange.nodes.get("box-otter")).toEqual({ tags: ["tag:devbox"], isEphemeral: true });
		expect(exchange.taken.at(-1)?.subject).toBe(`workspace:${world.actor.workspaceId}:devbox:${id}`);
		expect(await statusOf()).toMatchObject({
			status: "joined",
			node_name: "box-otter.example-tailnet.ts.net",
			tags: ["tag:devbox"],
		});
		expect(
			await look(`find /run/devbox-tailscale -name 'id-token*'; stat -c '%a %U' /run/devbox-tailscale/${id}`),
		).toBe("700 root");
		expect(await look("stat -f -c %T /run/devbox-tailscale")).toBe("tmpfs");
		const row = await world.db.prisma.devboxTailscale.findUniqueOrThrow({ where: { devboxId: id } });
		expect(row.tokenId).toBe(exchange.taken.at(-1)?.jti);
		const [event] = await world.db.prisma.auditEvent.findMany({
			where: { action: "identity.token" },
			orderBy: { seq: "desc" },
			take: 1,
		});
		expect(event?.detail).toMatchObject({
			audience: `api.tailscale.com/${clientId}`,
			jti: row.tokenId,
			for: "tailscale",
		});
	});

	test("uses the box's tun device where there is one, else its own network stack", async () => {
		const hasTun =
			"[ -c /dev/net/tun ] && ip tuntap add dev t0 mode tun 2>/dev/null && ip tuntap del dev t0 mode tun && echo yes";
		const wanted = (await look(hasTun)) === "yes" ? "tailscale0" : "userspace-networking";
		expect(await look(`cat /run/devbox-tailscale/${id}/tailscaled.state`)).toBe(wanted);
		await look(
			"mv /dev/net/tun /dev/net/tun-away 2>/dev/null || mount --bind /dev/null /dev/net/tun || rm -f /dev/net/tun; true",
		);
		expect(await rejoin()).toContain("success: Joined");
		expect(await look(`cat /run/devbox-tailscale/${id}/tailscaled.state`)).toBe("userspace-networking");
	});

	test("that joins again says goodbye first, and state of another box is wiped", async () => {
		await look(
			"mkdir -p /run/devbox-tailscale/dbx_parent && echo key >/run/devbox-tailscale/dbx_parent/tailscaled.state",
		);
		expect(await rejoin()).toContain("Joined the tailnet as box-otter.");
		expect([...exchange.nodes.keys()]).toEqual(["box-otter"]);
		expect(await look("ls -d /run/devbox-tailscale/dbx_*")).toBe(`/run/devbox-tailscale/${id}`);
	});

	test("with tags that are not its client's is refused, and says what Tailscale said", async () => {
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { tags: ["tag:admin"] } });
		expect(await rejoin()).toMatch(/^success: Warning: Tailscale: .*not permitted.* The devbox is ready without it\.$/);
		expect(
			await look("systemctl is-active devbox-tailscaled; ls /run/devbox-tailscale/*/tailscaled.state 2>/dev/null"),
		).toBe("inactive");
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { tags: ["tag:devbox"] } });
	});

	test("that was taken over gets no token until its new owner allows it", async () => {
		const before = exchange.taken.length;
		await world.db.prisma.devbox.update({ where: { id }, data: { credentialsWithheld: true } });
		expect(await rejoin()).toMatch(/^success: Warning: Tailscale: It was taken over/);
		expect(exchange.taken.length).toBe(before);
		await world.db.prisma.devbox.update({ where: { id }, data: { credentialsWithheld: false } });
	});

	test("fails where the workspace chose so and the token exchange is down, and is ready where it did not", async () => {
		exchange.isDown = true;
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { onFailure: "fail" } });
		expect(await rejoin()).toMatch(/^failed: Tailscale: .*503.*down for maintenance/);
		expect(await world.row(id)).toMatchObject({ state: "ready", power: "running" });
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { onFailure: "warn" } });
		expect(await rejoin()).toMatch(/^success: Warning: Tailscale: .*503/);
		exchange.isDown = false;
	});

	test("is off the tailnet when it stops, and a new node when it starts", async () => {
		expect(await rejoin()).toContain("Joined");
		const before = exchange.taken.length;
		await stopDevbox(deps(), world.actor, params());
		await world.untilState(id, "stopped");
		expect([...exchange.nodes.keys()]).toEqual([]);
		expect(await statusOf()).toMatchObject({ status: "left", node_name: null });
		await startDevbox(deps(), world.actor, params());
		await world.untilState(id, "ready");
		// The forward went with the power, so that nobody answers at the login server.
		expect(exchange.taken.length).toBe(before);
		expect((await operationsNamed("start")).at(-1)?.message).toMatch(/^Warning: Tailscale: .*refused/);
		await forward();
		expect(await rejoin()).toContain("Joined the tailnet as box-otter.");
	});

	test("is gone from the tailnet when it is destroyed", async () => {
		await deleteDevbox(deps(), world.actor, params());
		await until("its node is gone", () => exchange.nodes.size === 0);
		await until("its machine is gone", async () => (await world.row(id)).releasedAt);
	});

	test("never shows a token twice", () => {
		const ids = exchange.taken.map(({ jti }) => jti);
		expect(new Set(ids).size).toBe(ids.length);
		expect(exchange.refusals.filter((text) => !text.includes("not permitted"))).toEqual([]);
	});
});

test("a create fails where the workspace chose so, and leaves the box to look into", async () => {
	await settings({ on_failure: "fail" });
	({ id } = await world.create("must-join"));
	const row = await world.untilState(id, "failed");
	expect(row.reason).toContain("Join the tailnet failed: Tailscale: There is no tailscale in this devbox");
	await deleteDevbox(deps(), world.actor, params());
	await until("its machine is gone", async () => (await world.row(id)).releasedAt);
});

test("a box whose maker says no joins nothing, and has no such step", async () => {
	({ id } = await world.create("alone", { tailscale: { enabled: false } }));
	expect(await operationsNamed("join_tailscale")).toEqual([]);
	expect(await statusOf()).toMatchObject({ enabled: false, status: null });
	await deleteDevbox(deps(), world.actor, params());
});
