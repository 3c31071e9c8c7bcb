/** Making boxes, and switching them on and off. */
import { expect, test } from "vitest";
import { type Context, expectCode, limits, newName, runningBox } from "./context.ts";

export function createContract(context: () => Context): void {
	test("creating twice leaves one instance, that is not started", async () => {
		const { engine, image, box } = context();
		const { name, labels } = await box();
		await engine.create({ name, labels, source: { kind: "image", image }, limits });
		const ours = (await engine.list({})).filter((view) => view.name === name);
		expect(ours).toHaveLength(1);
		expect(ours[0]).toMatchObject({ status: "stopped", labels });
		await engine.destroy({ name });
	});

	test("two creates at once of the same box both succeed and leave one instance", async () => {
		const { engine, image, installId } = context();
		const name = newName();
		const input = { name, labels: { installId, devboxId: name }, source: { kind: "image" as const, image }, limits };
		await Promise.all([engine.create(input), engine.create(input), engine.create(input)]);
		expect((await engine.list({})).filter((view) => view.name === name)).toHaveLength(1);
		await engine.start({ name });
		await engine.destroy({ name });
	});

	test("a name that is another box's is a conflict, and that box stays as it is", async () => {
		const { engine, image, installId, box } = context();
		const { name, labels } = await box();
		const other = { installId, devboxId: "dbx_other" };
		const create = engine.create({ name, labels: other, source: { kind: "image", image }, limits });
		await expectCode(create, "conflict");
		expect((await engine.inspect({ name })).labels).toEqual(labels);
		await engine.destroy({ name });
	});

	test("the list shows the boxes of this installation alone: no image, no other installation's box", async () => {
		const { engine, image, box } = context();
		const { name } = await box();
		const foreign = newName();
		const labels = { installId: "other1", devboxId: foreign };
		await engine.create({ name: foreign, labels, source: { kind: "image", image }, limits });
		const names = (await engine.list({ usage: true })).map((view) => view.name);
		expect(names).toContain(name);
		expect(names).not.toContain(foreign);
		expect(names.filter((each) => !each.startsWith("dbx-"))).toEqual([]);
		await engine.destroy({ name: foreign });
		await engine.destroy({ name });
	});

	test("limits are what was asked, also past the host's number of processors", async () => {
		const { engine, image, installId } = context();
		const name = newName();
		const large = { vcpus: 16, memoryMib: 700, diskGib: 3 };
		const labels = { installId, devboxId: name };
		await engine.create({ name, labels, source: { kind: "image", image }, limits: large });
		await engine.start({ name });
		expect((await engine.inspect({ name })).limits).toEqual(large);
		await engine.destroy({ name });
	});
}

export function powerContract(context: () => Context): void {
	test("start, stop and destroy succeed when it is so already", async () => {
		const { engine, box } = context();
		const { name } = await box();
		await engine.stop({ name, graceMs: 0 });
		await engine.start({ name });
		await engine.start({ name });
		expect((await engine.inspect({ name })).status).toBe("running");
		await engine.stop({ name, graceMs: 0 });
		await engine.stop({ name, graceMs: 10_000 });
		expect((await engine.inspect({ name })).status).toBe("stopped");
		await engine.destroy({ name });
		await engine.destroy({ name });
		await expectCode(engine.inspect({ name }), "not_found");
	});

	test("a stop with a grace ends within it, whether or not the box powers off", async () => {
		const { engine } = context();
		const name = await runningBox(context());
		await engine.stop({ name, graceMs: 3_000 });
		expect((await engine.inspect({ name })).status).toBe("stopped");
		await engine.destroy({ name });
	});

	test("freeze and thaw succeed when it is so already", async () => {
		const { engine } = context();
		const name = await runningBox(context());
		await engine.freeze({ name });
		await engine.freeze({ name });
		expect((await engine.inspect({ name })).status).toBe("frozen");
		await engine.thaw({ name });
		await engine.thaw({ name });
		expect((await engine.inspect({ name })).status).toBe("running");
		await engine.destroy({ name });
	});

	test("a frozen box can be started, stopped and destroyed", async () => {
		const { engine } = context();
		const name = await runningBox(context());
		await engine.freeze({ name });
		await engine.start({ name });
		expect((await engine.inspect({ name })).status).toBe("running");
		await engine.freeze({ name });
		await engine.stop({ name, graceMs: 2_000 });
		expect((await engine.inspect({ name })).status).toBe("stopped");
		await engine.start({ name });
		await engine.freeze({ name });
		await engine.destroy({ name });
		await expectCode(engine.inspect({ name }), "not_found");
	});

	test("usage is told for a box that runs, and only when asked for", async () => {
		const { engine } = context();
		const name = await runningBox(context());
		expect((await engine.inspect({ name })).usage).toBeNull();
		const usage = async () => (await engine.inspect({ name, usage: true })).usage;
		const deadline = { timeout: 20_000, interval: 100 };
		await expect.poll(async () => (await usage())?.memoryBytes, deadline).toBeGreaterThan(0);
		await expect.poll(async () => (await usage())?.cpuNs, deadline).toBeGreaterThan(0);
		await engine.destroy({ name });
	});

	test("a probe tells what the host can hold", async () => {
		const probe = await context().engine.probe({});
		expect(probe.vcpus).toBeGreaterThan(0);
		expect(probe.memoryAvailableMib).toBeGreaterThan(0);
		expect(probe.memoryAvailableMib).toBeLessThanOrEqual(probe.memoryTotalMib);
		expect(probe.poolTotalGib).toBeGreaterThan(probe.poolUsedGib);
		expect(probe.instancesMax).toBeGreaterThan(0);
	});
}
