/**
 * Notices when the kernel ended a process of a box because the box was out of memory, and says so in the box's `reason`: otherwise its
 * owner sees a program vanish without a word.
 */
import { type ObservedDevbox, readObservedDevboxes, writeReason } from "../../lib/db/observed-devboxes.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { EngineError, type ExecStream } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { raceSignal } from "../runner/watch-step.ts";
import type { Loop, LoopContext } from "./loop.ts";

const execTimeoutMs = 5_000;
const answerBytesMax = 64;
const atOnceMax = 2;

// The unified hierarchy counts for the whole box; the older one counts where the process was, so that all have to be added up.
const script = `if [ -r /sys/fs/cgroup/memory.events ]; then sed -n 's/^oom_kill //p' /sys/fs/cgroup/memory.events
else find /sys/fs/cgroup/memory -name memory.oom_control -exec sed -n 's/^oom_kill //p' {} +
fi 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'`;

export function watchMemory(o: { everyMs: number }): Loop {
	const counts = new Map<string, number>();
	return {
		name: "watch-memory",
		everyMs: o.everyMs,
		async turn(ctx) {
			for (const host of ctx.hosts.all()) {
				const rows = await readObservedDevboxes(ctx.db.pool, { hostId: host.id });
				const queue = rows.filter((row) => row.state === "ready" && row.power === "running" && !row.hasOpenRun);
				const next = async () => {
					for (let row = queue.pop(); row && !ctx.signal.aborted; row = queue.pop())
						await look(ctx, { host, row, counts });
				};
				await Promise.all(Array.from({ length: atOnceMax }, next));
			}
		},
	};
}

async function look(
	ctx: LoopContext,
	o: { host: HostAccess; row: ObservedDevbox; counts: Map<string, number> },
): Promise<void> {
	const { row, counts } = o;
	const count = await readOomKills(ctx, o);
	if (count === null) return;
	const before = counts.get(row.id);
	counts.set(row.id, count);
	if (before === undefined || count <= before) return;
	ctx.log.warn({ devbox: row.id, count }, "a devbox was out of memory");
	await writeReason(ctx.db.pool, {
		id: row.id,
		reason: outOfMemoryReason({ memoryMib: row.memoryMib, at: new Date() }),
	});
}

export function outOfMemoryReason(o: { memoryMib: number | null; at: Date }): string {
	const limit = o.memoryMib === null ? "its limit" : `its ${Math.round((o.memoryMib / 1024) * 10) / 10} GiB`;
	const time = `${o.at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
	return `Out of memory: at ${time} the box had used up ${limit}, and the kernel ended a process in it (OOM kill).`;
}

/** Null when the box does not say: it may be busy, off by now, or telling stories. */
async function readOomKills(ctx: LoopContext, o: { host: HostAccess; row: ObservedDevbox }): Promise<number | null> {
	const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(execTimeoutMs)]);
	let stream: ExecStream | null = null;
	try {
		const command = ["sh", "-c", script];
		stream = await o.host.engine.exec({ name: instanceName(o.row.id), command, signal });
		const text = await raceSignal(readAnswer(stream), signal);
		return /^\d{1,12}\n?$/.test(text) ? Number(text) : null;
	} catch (error) {
		if (!(error instanceof EngineError) && !signal.aborted) throw error;
		ctx.log.debug({ devbox: o.row.id, err: error }, "a devbox's memory events could not be read");
		return null;
	} finally {
		stream?.kill();
	}
}

async function readAnswer(stream: ExecStream): Promise<string> {
	stream.stdio.end();
	stream.stderr.resume();
	// The stream's end is awaited below; an exit that fails means the same as no answer.
	stream.exit.catch(() => undefined);
	let text = "";
	for await (const chunk of stream.stdio) {
		text += String(chunk);
		if (text.length > answerBytesMax) break;
	}
	return text;
}
