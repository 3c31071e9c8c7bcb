/** Boxes that join a tailnet at their create and at each start, and leave it (testing/tailnet-world.ts). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDevbox } from "../lib/usecases/devboxes/start-devbox.ts";
import { stopDevbox } from "../lib/usecases/devboxes/stop-devbox.ts";
import { clientId, createTailnetWorld, type TailnetWorld } from "./testing/tailnet-world.ts";

let world: TailnetWorld;
let id: string;

const params = () => ({ params: { id } });
const look = (command: string) => world.look(id, command);
const statusOf = () => world.statusOf(id);
const rejoin = () => world.rejoin(id);
const operationsNamed = (step: string) => world.operationsNamed(id, step);

beforeAll(async () => {
	world = await createTailnetWorld();
	world.worker();
});

afterAll(() => world?.close());

describe("a box that joins", () => {
	beforeAll(async () => {
		await world.set();
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
		await world.equip(id);
	});

	test("is an ephemeral node with its tags and its name, by a token of its own that is gone from the box", async () => {
		expect(await rejoin()).toMatch(/^success: Joined the tailnet as box-otter\.example-tailnet\.ts\.net\.$/);
		expect(world.exchange.nodes.get("box-otter")).toEqual({ tags: ["tag:devbox"], isEphemeral: true });
		expect(world.exchange.taken.at(-1)?.subject).toBe(`workspace:${world.actor.workspaceId}:devbox:${id}`);
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
		expect(row.tokenId).toBe(world.exchange.taken.at(-1)?.jti);
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
		expect([...world.exchange.nodes.keys()]).toEqual(["box-otter"]);
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
		const before = world.exchange.taken.length;
		await world.db.prisma.devbox.update({ where: { id }, data: { credentialsWithheld: true } });
		expect(await rejoin()).toMatch(/^success: Warning: Tailscale: It was taken over/);
		expect(world.exchange.taken.length).toBe(before);
		await world.db.prisma.devbox.update({ where: { id }, data: { credentialsWithheld: false } });
	});

	test("fails where the workspace chose so and the token exchange is down, and is ready where it did not", async () => {
		world.exchange.isDown = true;
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { onFailure: "fail" } });
		expect(await rejoin()).toMatch(/^failed: Tailscale: .*503.*down for maintenance/);
		expect(await world.row(id)).toMatchObject({ state: "ready", power: "running" });
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { onFailure: "warn" } });
		expect(await rejoin()).toMatch(/^success: Warning: Tailscale: .*503/);
		world.exchange.isDown = false;
	});

	test("is off the tailnet when it stops, and a new node when it starts", async () => {
		expect(await rejoin()).toContain("Joined");
		const before = world.exchange.taken.length;
		await stopDevbox(world.deps, world.actor, params());
		await world.untilState(id, "stopped");
		expect([...world.exchange.nodes.keys()]).toEqual([]);
		expect(await statusOf()).toMatchObject({ status: "left", node_name: null });
		await startDevbox(world.deps, world.actor, params());
		await world.untilState(id, "ready");
		// The forward went with the power, so that nobody answers at the login server.
		expect(world.exchange.taken.length).toBe(before);
		expect((await operationsNamed("start")).at(-1)?.message).toMatch(/^Warning: Tailscale: .*refused/);
		await world.forward(id);
		expect(await rejoin()).toContain("Joined the tailnet as box-otter.");
	});

	test("is gone from the tailnet when it is destroyed", async () => {
		await world.destroy(id);
		expect(world.exchange.nodes.size).toBe(0);
	});

	test("never shows a token twice", () => {
		const ids = world.exchange.taken.map(({ jti }) => jti);
		expect(new Set(ids).size).toBe(ids.length);
		expect(world.exchange.refusals.filter((text) => !text.includes("not permitted"))).toEqual([]);
	});
});

test("a create fails where the workspace chose so, and leaves the box to look into", async () => {
	await world.set({ onFailure: "fail" });
	({ id } = await world.create("must-join"));
	const row = await world.untilState(id, "failed");
	expect(row.reason).toContain("Join the tailnet failed: Tailscale: There is no tailscale in this devbox");
	await world.destroy(id);
});

test("a box whose maker says no joins nothing, and has no such step", async () => {
	({ id } = await world.create("alone", { tailscale: { enabled: false } }));
	expect(await operationsNamed("join_tailscale")).toEqual([]);
	expect(await statusOf()).toMatchObject({ enabled: false, status: null });
	await world.destroy(id);
});
