import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { openRotatingLog } from "./rotating-log.ts";
import { superviseProcess } from "./supervised-process.ts";

const folder = mkdtempSync(path.join(tmpdir(), "devbox-supervise-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function until(condition: () => boolean): Promise<void> {
	for (const end = Date.now() + 10_000; !condition(); await delay(10))
		if (Date.now() > end) throw new Error("waited 10 s in vain");
}

function run(name: string, script: string, stopGraceMs = 2_000) {
	const deaths: string[] = [];
	const supervised = superviseProcess(
		{
			name,
			command: ["/bin/sh", "-c", script],
			env: {},
			cwd: folder,
			stopSignal: "SIGTERM",
			stopGraceMs,
			oomScoreAdj: null,
		},
		{
			log: openRotatingLog(path.join(folder, `${name}.log`)),
			onChange: () => undefined,
			onDeath: (text) => deaths.push(text),
		},
	);
	return { supervised, deaths };
}

test("a process that is killed is started again at once", async () => {
	const { supervised, deaths } = run("killed", "echo up; exec sleep 60");
	await until(() => supervised.pid() !== null);
	const first = supervised.pid() ?? 0;
	process.kill(first, "SIGKILL");
	await until(() => supervised.pid() !== null && supervised.pid() !== first);
	expect(deaths).toEqual(["killed ended (SIGKILL); starting it again in 0.1 s"]);
	await supervised.stop();
	expect(supervised.pid()).toBeNull();
});

test("one that does not heed the signal is killed after its grace, with what it started", async () => {
	const { supervised } = run("deaf", 'trap "" TERM; sleep 61 & echo $!; wait; wait', 200);
	await until(() => /^\d+\n/.test(supervised.tail()));
	const grandchild = Number.parseInt(supervised.tail(), 10);
	const started = Date.now();
	await supervised.stop();
	expect(Date.now() - started).toBeLessThan(2_000);
	await until(
		() => !existsSync(`/proc/${grandchild}`) || readFileSync(`/proc/${grandchild}/stat`, "utf8").includes(") Z "),
	);
});

test("a program that does not exist is a death with a reason, not a crash of the supervisor", async () => {
	const { supervised, deaths } = run("absent", "exec /no/such/program");
	await until(() => deaths.length >= 2);
	expect(supervised.tail()).toContain("/no/such/program");
	await supervised.stop();
});

test("a log never takes more than its share of the disk, and keeps the newest", () => {
	const file = path.join(folder, "big.log");
	const log = openRotatingLog(file, { bytesMax: 100, keptFiles: 2 });
	for (let line = 0; line < 100; line++) log.write(`line ${line}\n`);
	log.close();
	expect(readFileSync(file, "utf8").trimEnd().endsWith("line 99")).toBe(true);
	expect(existsSync(`${file}.2`)).toBe(true);
	expect(existsSync(`${file}.3`)).toBe(false);
});
