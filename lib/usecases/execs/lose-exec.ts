import type { Database } from "../../db/database.ts";
import { type ExecEnd, finishExec } from "../../db/execs.ts";
import type { ExecRecord } from "../../domain/exec.ts";

/** Writes down that nobody will know how it ended, and answers it so. A reason that it had before stays. */
export async function loseExec(db: Pick<Database, "pool">, record: ExecRecord, reason: string): Promise<ExecRecord> {
	const end: ExecEnd = { ...record, status: "lost", reason: record.reason ?? reason, finishedAt: new Date() };
	return (await finishExec(db, record.id, end)) ?? { ...record, ...end };
}
