/** Boxes made of others, and the bad days: what is missing, late, cancelled or away. */
import { expect, test } from "vitest";
import { type Context, expectCode, limits, newName, runningBox } from "./context.ts";

export function copyContract(context: () => Context): void {
	test("a snapshot taken twice is one, and boxes are made of it after its box went on", async () => {
		const { engine, box } = context();
		const { name } = await box();
		await engine.snapshot({ name, snapshot: "first" });
		await engine.snapshot({ name, snapshot: "first" });
		await engine.start({ name });
		const copy = await box({ kind: "snapshot", instance: name, snapshot: "first" });
		expect(await engine.inspect({ name: copy.name })).toMatchObject({ status: "stopped", labels: copy.labels });
		await engine.start({ name: copy.name });
		await engine.destroy({ name });
		expect((await engine.inspect({ name: copy.name })).status).toBe("running");
		await engine.destroy({ name: copy.name });
	});

	test("a box is made of another that runs, and is not started", async () => {
		const { engine, box } = context();
		const name = await runningBox(context());
		const copy = await box({ kind: "instance", instance: name });
		expect(await engine.inspect({ name: copy.name })).toMatchObject({ status: "stopped", labels: copy.labels });
		await engine.destroy({ name: copy.name });
		await engine.destroy({ name });
	});

	test("an image that is on the host is not imported again", async () => {
		const { engine, image } = context();
		const phrases: string[] = [];
		// No such file: it would fail, were it read.
		await engine.importImage({
			image,
			rootfsPath: "/nonexistent",
			onProgress: (_part, phrase) => phrases.push(phrase),
		});
		expect(phrases).toEqual(["present"]);
	});
}

export function faultContract(context: () => Context): void {
	test("what is not there is not_found in every call, and gone in destroy", async () => {
		const { engine, box } = context();
		const name = newName();
		await expectCode(engine.start({ name }), "not_found");
		await expectCode(engine.stop({ name, graceMs: 0 }), "not_found");
		await expectCode(engine.freeze({ name }), "not_found");
		await expectCode(engine.thaw({ name }), "not_found");
		await expectCode(engine.inspect({ name, usage: true, console: true }), "not_found");
		await expectCode(engine.snapshot({ name, snapshot: "s" }), "not_found");
		await expectCode(engine.exec({ name, command: ["true"] }), "not_found");
		await expectCode(box({ kind: "image", image: "no-such:image@0" }), "not_found");
		await expectCode(box({ kind: "instance", instance: name }), "not_found");
		await expectCode(box({ kind: "snapshot", instance: name, snapshot: "s" }), "not_found");
		await engine.destroy({ name });
	});

	test("a create that passes its deadline is a timeout, and the same create then succeeds with one instance", async () => {
		const { engine, image, installId } = context();
		const name = newName();
		const input = { name, labels: { installId, devboxId: name }, source: { kind: "image" as const, image }, limits };
		await expectCode(engine.create({ ...input, signal: AbortSignal.timeout(15) }), "timeout");
		await engine.create(input);
		await engine.start({ name });
		expect((await engine.list({})).filter((view) => view.name === name)).toHaveLength(1);
		await engine.destroy({ name });
	});

	test("a box whose create was given up is gone after its destroy, and stays gone", async () => {
		const { engine, image, installId } = context();
		const name = newName();
		const labels = { installId, devboxId: name };
		const signal = AbortSignal.timeout(15);
		await expectCode(engine.create({ name, labels, source: { kind: "image", image }, limits, signal }), "timeout");
		await engine.destroy({ name });
		// By now an abandoned copy would have been made: this one takes as long.
		const later = newName();
		await engine.create({ name: later, labels, source: { kind: "image", image }, limits });
		await expectCode(engine.inspect({ name }), "not_found");
		await engine.destroy({ name: later });
	});

	test("an aborted call rejects at once with the caller's own reason", async () => {
		const { engine, image, installId } = context();
		const name = newName();
		const reason = new Error("the user cancelled");
		const controller = new AbortController();
		const labels = { installId, devboxId: name };
		const create = engine.create({ name, labels, source: { kind: "image", image }, limits, signal: controller.signal });
		controller.abort(reason);
		await expect(create).rejects.toBe(reason);
		await expect(engine.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
		await expect(engine.exec({ name, command: ["true"], signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
		await engine.destroy({ name });
	});

	test("an engine that does not answer is unavailable, never an empty list or a missing box", async () => {
		const { unreachable, installId, image } = context();
		const name = newName();
		const labels = { installId, devboxId: name };
		await expectCode(unreachable.list({}), "unavailable");
		await expectCode(unreachable.probe({}), "unavailable");
		await expectCode(unreachable.inspect({ name }), "unavailable");
		await expectCode(unreachable.create({ name, labels, source: { kind: "image", image }, limits }), "unavailable");
		await expectCode(unreachable.start({ name }), "unavailable");
		await expectCode(unreachable.destroy({ name }), "unavailable");
		await expectCode(unreachable.exec({ name, command: ["true"] }), "unavailable");
	});

	test("an exec into a box that is off or frozen is refused", async () => {
		const { engine, box } = context();
		const { name } = await box();
		await expectCode(engine.exec({ name, command: ["true"] }), "invalid");
		await engine.start({ name });
		await engine.freeze({ name });
		await expectCode(engine.exec({ name, command: ["true"] }), "invalid");
		await engine.destroy({ name });
	});
}
