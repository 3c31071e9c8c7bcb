import type { EvidenceDevbox, EvidenceFormat, EvidenceHead } from "../../contract/isolation-evidence.ts";
import { recordAudit } from "../../db/audit-events.ts";
import { dbCall } from "../../db/database.ts";
import { listEvidenceDevboxRows, type Moment } from "../../db/isolation-evidence.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toEvidenceDevbox } from "./get-isolation-evidence.ts";
import { readEvidenceHead, readMoment } from "./isolation-evidence-head.ts";
import { evidenceRow, evidenceTop } from "./isolation-evidence-markdown.ts";

type ExportInput = {
	query: { at?: string | undefined; format: EvidenceFormat };
	address: string;
	requestId: string;
};

const pageSize = 200;

/** A page of devboxes at a time. Who takes it away stands in the audit log first. */
export async function* exportIsolationEvidence(deps: Deps, actor: Actor, o: ExportInput): AsyncGenerator<Buffer> {
	const { workspaceId } = actor;
	const moment = readMoment(o.query.at);
	await dbCall(() =>
		recordAudit(deps.db.pool, {
			workspaceId,
			actor,
			action: "isolation.export",
			target: { kind: "workspace", id: workspaceId },
			outcome: "success",
			address: o.address,
			requestId: o.requestId,
			detail: { at: moment.at.toISOString(), format: o.query.format },
		}),
	);
	const writer = writers[o.query.format](await readEvidenceHead(deps, actor, moment));
	yield Buffer.from(writer.top);
	let written = 0;
	for await (const rows of readPages(deps, actor, moment)) {
		yield Buffer.from(rows.map((row, index) => writer.row(toEvidenceDevbox(row), written + index === 0)).join(""));
		written += rows.length;
	}
	yield Buffer.from(writer.bottom);
}

async function* readPages({ db }: Deps, actor: Actor, moment: Moment) {
	let after: { createdAt: Date; id: string } | null = null;
	for (;;) {
		const rows: Awaited<ReturnType<typeof listEvidenceDevboxRows>> = await listEvidenceDevboxRows(db, actor, {
			...moment,
			...{ after, limit: pageSize },
		});
		if (rows.length > 0) yield rows;
		if (rows.length < pageSize) return;
		after = rows.at(-1) ?? null;
	}
}

type Writer = { top: string; row: (devbox: EvidenceDevbox, isFirst: boolean) => string; bottom: string };

/** Both can be written without holding all of it. */
const writers: Record<EvidenceFormat, (head: EvidenceHead) => Writer> = {
	json: (head) => ({
		top: `${JSON.stringify(head, null, "\t").slice(0, -2)},\n\t"next_cursor": null,\n\t"devboxes": [`,
		row: (devbox, isFirst) => `${isFirst ? "" : ","}\n\t\t${JSON.stringify(devbox)}`,
		bottom: "\n\t]\n}\n",
	}),
	markdown: (head) => ({ top: evidenceTop(head), row: (devbox) => `${evidenceRow(devbox)}\n`, bottom: "" }),
};
