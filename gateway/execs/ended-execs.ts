import type { AttachedExec } from "./attached-exec.ts";

/** Attached execs that have ended, with their output, for who lost the connection: for a while, and bounded in all. */
export type EndedExecs = {
	get(id: string): AttachedExec | null;
	add(exec: AttachedExec): void;
	close(): void;
};

const keptMs = 5 * 60_000;
const keptBytesMax = 64 * 1024 * 1024;
const keptMax = 1_000;

export function openEndedExecs(): EndedExecs {
	const kept = new Map<string, { exec: AttachedExec; bytes: number }>();
	let keptBytes = 0;

	function forget(id: string): void {
		keptBytes -= kept.get(id)?.bytes ?? 0;
		kept.delete(id);
	}

	const sweep = setInterval(() => {
		const oldest = Date.now() - keptMs;
		for (const [id, { exec }] of kept) if ((exec.record.finishedAt?.getTime() ?? 0) < oldest) forget(id);
	}, keptMs / 10);
	sweep.unref();

	return {
		get: (id) => kept.get(id)?.exec ?? null,
		add(exec) {
			const bytes = sizeOf(exec);
			kept.set(exec.record.id, { exec, bytes });
			keptBytes += bytes;
			for (const id of kept.keys()) {
				if (kept.size <= keptMax && keptBytes <= keptBytesMax) break;
				forget(id);
			}
		},
		close: () => clearInterval(sweep),
	};
}

function sizeOf({ rings: { stdout, stderr } }: AttachedExec): number {
	return stdout.endOffset - stdout.startOffset + stderr.endOffset - stderr.startOffset;
}
