/**
 * Wraps every sealed value's data key with the newest key-encryption key, in small transactions, while the product runs. What it was
 * stopped in the middle of goes on with the next call: rows that are done are not seen again. The values themselves are not opened.
 */
import type pg from "pg";
import { recordAudit } from "../../lib/db/audit-events.ts";
import { lockSealedRows, type SealedRow, sealedColumns, writeSealedRow } from "../../lib/db/sealed-keys.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { rewrapEnvelope } from "../../lib/vault/envelope-sealer.ts";
import type { KeyRing } from "../../lib/vault/key-ring.ts";

/** `refused`: what was moved, cut or changed, or has no key here; named in the audit log where a workspace is known. */
export type Rewrapped = { count: number; refused: string[] };

const batchRows = 100;

export async function rewrapKeys(client: pg.Client, ring: KeyRing): Promise<Rewrapped> {
	const total: Rewrapped = { count: 0, refused: [] };
	for (const at of sealedColumns) {
		let after = "";
		for (;;) {
			const batch = await rewrapBatch(client, { ring, at, after });
			total.count += batch.count;
			total.refused.push(...batch.refused);
			if (batch.last === null) break;
			after = batch.last;
		}
	}
	return total;
}

type Batch = Rewrapped & { last: string | null };

async function rewrapBatch(
	client: pg.Client,
	o: { ring: KeyRing; at: (typeof sealedColumns)[number]; after: string },
): Promise<Batch> {
	const { ring, at } = o;
	await client.query("BEGIN; SET LOCAL lock_timeout = '10s'");
	try {
		const rows = await lockSealedRows(client, { at, keyId: ring.current?.id ?? "", after: o.after, limit: batchRows });
		const batch: Batch = { count: 0, refused: [], last: rows.at(-1)?.key ?? null };
		for (const row of rows) {
			const sealed = rewrapRow(ring, row);
			if (sealed === "refused") {
				batch.refused.push(`${at.table}.${at.column} of ${row.key}`);
				await tellRefused(client, row);
			} else if (sealed) {
				await writeSealedRow(client, { at, key: row.key, sealed });
				batch.count++;
			}
		}
		await client.query("COMMIT");
		return batch;
	} catch (error) {
		await client.query("ROLLBACK");
		throw error;
	}
}

function rewrapRow(ring: KeyRing, row: SealedRow): Uint8Array | null | "refused" {
	try {
		return rewrapEnvelope(ring, row);
	} catch (error) {
		if (error instanceof AppError) return "refused";
		throw error;
	}
}

async function tellRefused(client: pg.Client, { sealedFor }: SealedRow): Promise<void> {
	const { workspaceId, purpose, id, version } = sealedFor;
	await recordAudit(client, {
		workspaceId,
		actor: { kind: "system" },
		action: "secret.refused",
		target: { kind: purpose, id },
		outcome: "refused",
		detail: { purpose, version },
	});
}
