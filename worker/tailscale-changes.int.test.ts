/** Boxes whose tailnet is changed while they are there, and such as reboot by themselves (testing/tailnet-world.ts). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TailscaleRequest } from "../lib/contract/tailscale-request.ts";
import { startDevbox } from "../lib/usecases/devboxes/start-devbox.ts";
import { stopDevbox } from "../lib/usecases/devboxes/stop-devbox.ts";
import { changeDevboxTailscale } from "../lib/usecases/tailscale/change-devbox-tailscale.ts";
import { joinTailscale } from "../lib/usecases/tailscale/join-tailscale.ts";
import { observeHosts } from "./loops/observe-hosts.ts";
import { createTailnetWorld, type TailnetWorld } from "./testing/tailnet-world.ts";
import { until } from "./testing/worker-world.ts";

let world: TailnetWorld;
let id: string;

const params = () => ({ params: { id } });
const change = (body: TailscaleRequest) => changeDevboxTailscale(world.deps, world.actor, { ...params(), body });
const countOf = async (step: string) => (await world.operationsNamed(id, step)).length;
const nodes = () => [...world.exchange.nodes.keys()];
const loop = observeHosts({ everyMs: 10_000, orphanAgeMs: 60_000 });
const observe = () => loop.turn(world.loopContext());

beforeAll(async () => {
	world = await createTailnetWorld();
	world.worker();
	await world.set({ isEnabled: false });
	({ id } = await world.create("otter"));
	await world.untilState(id, "ready");
	await world.equip(id);
});

afterAll(() => world?.close());

/** Changes it and waits until the run for that has ended. */
async function changed(body: TailscaleRequest, step = "join_tailscale"): Promise<string> {
	const before = await countOf(step);
	await change(body);
	return world.ended(id, step, before);
}

describe("a box whose tailnet is changed", () => {
	test("joins at once when it is turned on, by the workspace's setting", async () => {
		await expect(joinTailscale(world.deps, world.actor, params())).rejects.toThrow(/Turn Tailscale on/);
		expect(await changed({ enabled: true })).toBe("success: Joined the tailnet as box-otter.example-tailnet.ts.net.");
		expect(world.exchange.nodes.get("box-otter")).toEqual({ tags: ["tag:devbox"], isEphemeral: true });
		expect(await world.statusOf(id)).toMatchObject({ enabled: true, status: "joined", message: null });
	});

	test("leaves and joins with other tags and another name, and keeps the rest", async () => {
		expect(await changed({ tags: ["tag:ci"], hostname: "ci-{name}" })).toContain("Joined the tailnet as ci-otter.");
		expect(nodes()).toEqual(["ci-otter"]);
		expect(await changed({ hostname: "again" })).toContain("Joined the tailnet as again.");
		expect(world.exchange.nodes.get("again")?.tags).toEqual(["tag:ci"]);
	});

	test("is left alone when nothing changes", async () => {
		const before = await countOf("join_tailscale");
		await change({ enabled: true, hostname: "again" });
		expect(await countOf("join_tailscale")).toBe(before);
		expect(await world.statusOf(id)).toMatchObject({ status: "joined" });
	});

	test("has what the last of several changes at once said, by one node", async () => {
		await Promise.all([change({ hostname: "one" }), change({ hostname: "two" }), change({ enabled: false })]);
		await change({ hostname: "three" });
		await until("all runs have ended", async () => {
			const where = { devboxId: id, status: { in: ["pending", "running"] } };
			return (await world.db.prisma.run.count({ where })) === 0;
		});
		expect(nodes()).toEqual(["three"]);
		expect(await world.statusOf(id)).toMatchObject({ enabled: true, status: "joined", hostname: "three" });
	});

	test("leaves at once when it is turned off: its node goes, and nothing of it stays in the box", async () => {
		expect(await changed({ enabled: false }, "leave_tailscale")).toBe("success: Left the tailnet.");
		expect(nodes()).toEqual([]);
		expect(await world.statusOf(id)).toMatchObject({ enabled: false, status: null, node_name: null });
		expect(await world.look(id, "ls -d /run/devbox-tailscale 2>/dev/null; systemctl is-active devbox-tailscaled")).toBe(
			"inactive",
		);
	});

	test("that was turned off joins nothing at its start, and one that was turned on while it was off does", async () => {
		await stopDevbox(world.deps, world.actor, params());
		await world.untilState(id, "stopped");
		const joins = await countOf("join_tailscale");
		await startDevbox(world.deps, world.actor, params());
		await world.untilState(id, "ready");
		expect((await world.operationsNamed(id, "start")).at(-1)?.message).not.toContain("tailnet");
		await stopDevbox(world.deps, world.actor, params());
		await world.untilState(id, "stopped");
		expect(await change({ enabled: true, hostname: "otter" })).toMatchObject({ enabled: true, status: "left" });
		expect(await countOf("join_tailscale")).toBe(joins);
		await startDevbox(world.deps, world.actor, params());
		await world.untilState(id, "ready");
		// Nobody answers at the login server: the forward went with the power.
		expect((await world.operationsNamed(id, "start")).at(-1)?.message).toMatch(/^Warning: Tailscale: .*refused/);
		await world.forward(id);
		expect(await world.rejoin(id)).toContain("Joined the tailnet as otter.");
	});

	test("says goodbye when it stops while its change waits", async () => {
		await change({ hostname: "late" });
		await stopDevbox(world.deps, world.actor, params());
		await world.untilState(id, "stopped");
		expect(nodes()).toEqual([]);
		await startDevbox(world.deps, world.actor, params());
		await world.untilState(id, "ready");
		await world.forward(id);
		expect(await world.rejoin(id)).toContain("Joined the tailnet as late.");
	});

	test("is brought to what is locked, and to nothing else", async () => {
		await world.set({ isLocked: true });
		for (const body of [{ enabled: false }, { tags: ["tag:ci"] }, { enabled: true, hostname: "x" }])
			await expect(change(body)).rejects.toThrow(/locked: this one can join as the workspace says/);
		expect(await changed({ enabled: true })).toContain("Joined the tailnet as box-otter.");
		expect(world.exchange.nodes.get("box-otter")?.tags).toEqual(["tag:devbox"]);
		await world.set({ isLocked: false });
	});
});

describe("a box that reboots by itself", () => {
	/** Answers once the box runs anew. */
	async function reboot(how = ""): Promise<void> {
		const bootId = () => world.look(id, "cat /proc/1/stat | cut -d' ' -f22").catch(() => null);
		const before = await bootId();
		await world.look(id, `systemd-run --quiet --collect sh -c "sleep 0.2; systemctl reboot ${how}"`);
		await until("it runs anew", async () => {
			const now = await bootId();
			return now !== null && now !== "" && now !== before;
		});
	}

	test("joins again by itself as a new node, by a new token, and the audit log says why", async () => {
		const tokens = world.exchange.taken.length;
		const before = await countOf("join_tailscale");
		await observe();
		expect(await countOf("join_tailscale")).toBe(before);
		await reboot();
		await world.forward(id);
		await observe();
		expect(await world.ended(id, "join_tailscale", before)).toContain("success: Joined the tailnet as box-otter.");
		expect(world.exchange.taken.length).toBe(tokens + 1);
		expect(await world.statusOf(id)).toMatchObject({ status: "joined", message: null });
		const [event] = await world.db.prisma.auditEvent.findMany({
			where: { action: "tailscale.join", outcome: "success" },
			orderBy: { seq: "desc" },
			take: 1,
		});
		expect(event).toMatchObject({ actorKind: "system", targetId: id, detail: { cause: "reboot", rejoins: 1 } });
		await observe();
		expect(await countOf("join_tailscale")).toBe(before + 1);
	});

	test("waits when it does so again soon after, says until when, and joins once", async () => {
		const before = await countOf("join_tailscale");
		await reboot("--force");
		// Its last join counts as just now, however long the machine took for the reboot.
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { changedAt: new Date() } });
		await observe();
		expect(await countOf("join_tailscale")).toBe(before);
		expect(await world.statusOf(id)).toMatchObject({
			status: "pending",
			node_name: null,
			message: expect.stringMatching(/several times.*at \d\d:\d\d:\d\d UTC/),
		});
		await observe();
		expect(await countOf("join_tailscale")).toBe(before);
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { rejoinAt: new Date() } });
		await world.forward(id);
		await observe();
		// The node before had no time for a goodbye, and has the name until the tailnet forgets it.
		expect(await world.ended(id, "join_tailscale", before)).toContain("Joined the tailnet as box-otter-1.");
		world.exchange.nodes.delete("box-otter");
	});

	test("joins nothing while its owner is disabled, its credentials are withheld, or it is turned off", async () => {
		const before = await countOf("join_tailscale");
		const quiet = async () => {
			await observe();
			expect(await countOf("join_tailscale")).toBe(before);
		};
		const { userId } = world.actor;
		// As if it had rebooted.
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { boot: "init:1", rejoins: 0 } });
		await world.db.prisma.user.update({ where: { id: userId }, data: { disabledAt: new Date() } });
		await quiet();
		await world.db.prisma.user.update({ where: { id: userId }, data: { disabledAt: null } });
		await world.db.prisma.devbox.update({ where: { id }, data: { credentialsWithheld: true } });
		await quiet();
		await world.db.prisma.devbox.update({ where: { id }, data: { credentialsWithheld: false } });
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { isEnabled: false } });
		await quiet();
		await world.db.prisma.devboxTailscale.update({ where: { devboxId: id }, data: { isEnabled: true } });
		await observe();
		expect(await world.ended(id, "join_tailscale", before)).toContain("Joined");
	});

	test("is gone from the tailnet when it is destroyed", async () => {
		await world.destroy(id);
		expect(nodes()).toEqual([]);
		expect(world.exchange.refusals).toEqual([]);
	});
});
