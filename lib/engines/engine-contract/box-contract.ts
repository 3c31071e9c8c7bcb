/** What holds inside a real box: its identity, its limits, its console. */
import { expect, test } from "vitest";
import { type Context, limits, runningBox, text } from "./context.ts";

export function boxContract(context: () => Context): void {
	const run = async (name: string, script: string): Promise<string> => {
		const stream = await context().engine.exec({ name, command: ["sh", "-c", script] });
		stream.stdio.end();
		const [stdout, stderr] = await Promise.all([text(stream.stdio), text(stream.stderr)]);
		return (stdout + stderr).trim();
	};
	const machineId = async (name: string): Promise<string> =>
		run(name, "for i in $(seq 100); do [ -s /etc/machine-id ] && break; sleep 0.1; done; cat /etc/machine-id");

	test("boxes of one image differ in machine id and host name, and share no host keys", async () => {
		const names = await Promise.all([runningBox(context()), runningBox(context())]);
		const ids = await Promise.all(names.map(machineId));
		expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
		expect(ids[0]).not.toBe(ids[1]);
		expect(await Promise.all(names.map((name) => run(name, "hostname")))).toEqual(names);
		const keys = await Promise.all(names.map((name) => run(name, "cat /etc/ssh/ssh_host_*_key.pub 2>/dev/null; true")));
		expect(keys[0] === "" || keys[0] !== keys[1]).toBe(true);
		await Promise.all(names.map((name) => context().engine.destroy({ name })));
	});

	test("a copy of a box has its files, as they were at the snapshot, and a machine id of its own", async () => {
		const { engine, box } = context();
		const name = await runningBox(context());
		const before = await machineId(name);
		await run(name, "echo first > /root/note; mkdir -p /etc/ssh; echo key > /etc/ssh/ssh_host_ed25519_key; sync");
		await engine.snapshot({ name, snapshot: "s" });
		await run(name, "echo second > /root/note; sync");
		const copy = await box({ kind: "snapshot", instance: name, snapshot: "s" });
		await engine.start({ name: copy.name });
		expect(await run(copy.name, "cat /root/note")).toBe("first");
		expect(await machineId(copy.name)).toMatch(/^[0-9a-f]{32}$/);
		expect(await machineId(copy.name)).not.toBe(before);
		expect(await run(copy.name, "cat /etc/ssh/ssh_host_ed25519_key 2>/dev/null; true")).not.toBe("key");
		await engine.destroy({ name: copy.name });
		await engine.destroy({ name });
	});

	test("a box that forks all the time, and whose files come and go, freezes, is snapshotted and copied, and goes on", async () => {
		const { engine, box } = context();
		const name = await runningBox(context());
		const churn = "while :; do d=$(mktemp -d /var/tmp/x.XXXXXX); touch $d/a $d/b; rm -r $d; sleep 0.02; done";
		await run(name, `mkdir -p /root/many && cd /root/many && touch $(seq 2000); (${churn}) >/dev/null 2>&1 &`);
		for (let round = 0; round < 5; round++) {
			await engine.freeze({ name });
			await engine.thaw({ name });
		}
		for (const snapshot of ["one", "two", "three"]) await engine.snapshot({ name, snapshot });
		const copy = await box({ kind: "instance", instance: name });
		expect((await engine.inspect({ name })).status).toBe("running");
		await engine.destroy({ name: copy.name });
		await engine.destroy({ name });
		await expect(engine.inspect({ name })).rejects.toMatchObject({ code: "not_found" });
	}, 300_000);

	test("a box has no more memory, disk and processors than its limits", async () => {
		const { engine } = context();
		const name = await runningBox(context());
		const memoryKib = Number(await run(name, "awk '/MemTotal/ {print $2}' /proc/meminfo"));
		expect(memoryKib).toBeLessThanOrEqual(limits.memoryMib * 1024);
		const tooMuch = `head -c ${(limits.diskGib + 1) * 1024}M /dev/zero > /root/fill || true; stat -c 'size %s' /root/fill`;
		const filled = Number(/size (\d+)/.exec(await run(name, tooMuch))?.[1]);
		expect(filled).toBeLessThan(limits.diskGib * 1024 ** 3);
		expect(await run(name, "nproc")).toBe("1");
		await engine.destroy({ name });
	});

	test("processors past those of the host are no error, and the cap of their time holds", async () => {
		const { engine } = context();
		const name = await runningBox(context());
		const before = (await engine.inspect({ name, usage: true })).usage?.cpuNs ?? 0;
		// Two busy processes in a box of one processor, for a second.
		await run(name, "timeout 1 sh -c 'while :; do :; done' & timeout 1 sh -c 'while :; do :; done' & wait");
		const after = (await engine.inspect({ name, usage: true })).usage?.cpuNs ?? 0;
		expect((after - before) / 1e9).toBeLessThan(1.6);
		await engine.destroy({ name });
	});

	test("the console says what the boot said, while a box runs and after it died", async () => {
		const { engine } = context();
		const name = await runningBox(context());
		await machineId(name);
		await engine.stop({ name, graceMs: 0 });
		expect((await engine.inspect({ name, console: true })).console).toMatch(/systemd/);
		await engine.start({ name });
		await machineId(name);
		expect((await engine.inspect({ name, console: true })).console).toMatch(/systemd/);
		await engine.destroy({ name });
	});

	test("a forced stop ends an exec that runs, one way or the other", async () => {
		const { engine } = context();
		const name = await runningBox(context());
		const stream = await engine.exec({ name, command: ["sleep", "1000"] });
		stream.stdio.resume();
		await engine.stop({ name, graceMs: 0 });
		const end = await stream.exit.then(
			(exit) => exit.code,
			(error: unknown) => (error as { code: string }).code,
		);
		expect(end).not.toBe(0);
		await engine.destroy({ name });
	});
}
