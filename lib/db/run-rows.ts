/** What a worker reads of the box and the steps of a run. No actor: a worker serves every workspace. */
import type pg from "pg";
import type { DesiredState, DevboxState, PowerState } from "../domain/devbox-state.ts";
import type { OperationStatus, StepName } from "../domain/pipelines.ts";
import type { SizeName } from "../domain/sizes.ts";
import { queryPatiently } from "./patient-query.ts";

export type RunDevbox = {
	id: string;
	name: string;
	workspaceId: string;
	ownerId: string;
	ownerLogin: string;
	imageRef: string;
	size: SizeName;
	vcpus: number | null;
	memoryMib: number | null;
	diskGib: number | null;
	state: DevboxState;
	power: PowerState;
	desiredState: DesiredState;
	reason: string | null;
	/** Why it is being stopped, when its owner did not ask for it. */
	stopCause: string | null;
	hostId: string | null;
	address: string | null;
	/** Whether it has a network policy that a filter must enforce. */
	isFiltered: boolean;
};

export type RunOperation = {
	id: string;
	position: number;
	step: StepName;
	status: OperationStatus;
	message: string;
	attempts: number;
	undoNeeded: boolean;
};

type Pool = Pick<pg.Pool, "query">;

/** Devboxes are never deleted while a run of theirs exists, so that the row is there. */
export async function readRunDevbox(pool: Pool, o: { devboxId: string; patienceMs: number }): Promise<RunDevbox> {
	const { rows } = await queryPatiently<RunDevbox>(pool, {
		text: `SELECT d.id, d.name, d.workspace_id AS "workspaceId", d.owner_id AS "ownerId", u.login AS "ownerLogin", d.image_ref AS "imageRef", d.size, d.vcpus,
				d.memory_mib AS "memoryMib", d.disk_gib AS "diskGib", d.state, d.power, d.desired_state AS "desiredState",
				d.reason, d.stop_cause AS "stopCause", d.host_id AS "hostId", d.address,
				coalesce(p.mode, d.network_mode) <> 'open' AS "isFiltered"
			FROM devboxes d JOIN users u ON u.id = d.owner_id LEFT JOIN network_policies p ON p.id = d.network_policy_id WHERE d.id = $1`,
		values: [o.devboxId],
		patienceMs: o.patienceMs,
	});
	const row = rows[0];
	if (!row) throw new Error(`Devbox ${o.devboxId} is gone from the database`);
	return row;
}

/** In the order in which they run. */
export async function readRunOperations(pool: Pool, o: { runId: string; patienceMs: number }): Promise<RunOperation[]> {
	const { rows } = await queryPatiently<RunOperation>(pool, {
		text: `SELECT id, position, step, status, message, attempts, undo_needed AS "undoNeeded"
			FROM operations WHERE run_id = $1 ORDER BY position`,
		values: [o.runId],
		patienceMs: o.patienceMs,
	});
	return rows;
}
