/** Devboxes, as an actor may see them: a box is private to its owner, and a foreign one does not exist. */
import type { Actor } from "../domain/actor.ts";
import { freeLabel } from "../domain/devbox-name.ts";
import { AppError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { type PipelineName, pipelines } from "../domain/pipelines.ts";
import type { SizeName } from "../domain/sizes.ts";
import { type Database, dbCall, isUniqueViolation } from "./database.ts";
import {
	insertDevboxInputs,
	insertDevboxRepositories,
	type NewDevboxInputs,
	type NewDevboxRepository,
} from "./devbox-inputs.ts";
import type { Prisma } from "./generated/client.ts";

/** A devbox with its owner, host and the step that runs or waits now: what its readers need, in one round trip. */
export type DevboxRow = {
	id: string;
	/** The DNS label. */
	name: string;
	/** What its maker calls it, where that is no label. */
	displayName: string | null;
	image: string;
	imageRef: string;
	size: string;
	vcpus: number | null;
	memoryMib: number | null;
	diskGib: number | null;
	notice: string | null;
	state: string;
	power: string;
	desiredState: string;
	reason: string | null;
	address: string | null;
	createdAt: Date;
	readyAt: Date | null;
	lastUsedAt: Date | null;
	destroyedAt: Date | null;
	keepUntil: Date | null;
	hostId: string | null;
	hostName: string | null;
	owner: { id: string; login: string; name: string | null; avatarUrl: string | null };
	step: { step: string; message: string; startedAt: string | null } | null;
};

// SQL and not the ORM: it is what every page and every poll reads, and with the ORM's relations a list of 1,000 took longer (docs/decisions/0007).
const selectSql = `
SELECT d.id, d.name, d.display_name AS "displayName", d.image, d.image_ref AS "imageRef", d.size, d.vcpus, d.memory_mib AS "memoryMib", d.disk_gib AS "diskGib",
	d.notice, d.state, d.power, d.desired_state AS "desiredState", d.reason, d.address, d.created_at AS "createdAt",
	d.ready_at AS "readyAt", d.last_used_at AS "lastUsedAt", d.destroyed_at AS "destroyedAt", d.keep_until AS "keepUntil",
	d.host_id AS "hostId", h.name AS "hostName",
	json_build_object('id', u.id, 'login', u.login, 'name', u.name, 'avatarUrl', u.avatar_url) AS owner,
	(SELECT json_build_object('step', o.step, 'message', o.message, 'startedAt', o.started_at)
		FROM operations o WHERE o.devbox_id = d.id AND o.status = 'pending'
		ORDER BY o.created_at, o.position LIMIT 1) AS step
FROM devboxes d JOIN users u ON u.id = d.owner_id LEFT JOIN hosts h ON h.id = d.host_id
WHERE d.workspace_id = $1 AND d.owner_id = $2`;

/** What `selectSql` says in SQL, for writes. */
function visibleTo(actor: Actor): Prisma.DevboxWhereInput {
	return { workspaceId: actor.workspaceId, ownerId: actor.userId };
}

export async function listDevboxRows(
	db: Database,
	actor: Actor,
	o: { includeDestroyed: boolean },
): Promise<DevboxRow[]> {
	const text = `${selectSql} AND ($3 OR d.state <> 'destroyed') ORDER BY d.created_at DESC, d.id DESC`;
	const values = [actor.workspaceId, actor.userId, o.includeDestroyed];
	return (await dbCall(() => db.pool.query<DevboxRow>({ name: "list-devboxes", text, values }))).rows;
}

/** Throws `not_found` for what is not there and for what is another's, without telling which. */
export async function getDevboxRow(db: Database, actor: Actor, id: string): Promise<DevboxRow> {
	const row = await findOwnDevbox(db, actor, id);
	if (!row) throw devboxNotFound(id);
	return row;
}

async function findOwnDevbox(db: Database, actor: Actor, id: string): Promise<DevboxRow | null> {
	const text = `${selectSql} AND d.id = $3`;
	const values = [actor.workspaceId, actor.userId, id];
	const { rows } = await dbCall(() => db.pool.query<DevboxRow>({ name: "get-devbox", text, values }));
	return rows[0] ?? null;
}

export function devboxNotFound(id: string): AppError {
	return new AppError({
		code: "not_found",
		message: `There is no devbox ${JSON.stringify(id.slice(0, 80))} that you can see. List yours with GET /devboxes.`,
	});
}

export function countLiveDevboxes(db: Pick<Database, "prisma">, o: { workspaceId: string; ownerId: string }) {
	return dbCall(() => db.prisma.devbox.count({ where: { ...o, state: { not: "destroyed" } } }));
}

/** A label that is taken is refused; one that was derived from a display name gets a number until it is free. */
export type NewDevboxName = { label: string; displayName: string | null; isDerived: boolean };

type NewDevbox = {
	id: string;
	/** The request may be a repetition: a box that is there under this id is then the answer. */
	mayExist: boolean;
	name: NewDevboxName;
	image: string;
	imageRef: string;
	size: SizeName;
	inputs: NewDevboxInputs | null;
	repositories: readonly NewDevboxRepository[];
	/** Gets the number of live boxes and throws to refuse. */
	checkQuota: (used: number) => void;
};

/** Two makers who derive the same label at once: the second one looks again. */
const labelTriesMax = 20;

/**
 * Writes the intent: the row, its inputs, its run and its operations, in one transaction. The member's row is locked meanwhile, so
 * that two requests at once cannot both take the last place of a quota.
 */
export async function insertDevbox(db: Database, actor: Actor, o: NewDevbox): Promise<DevboxRow> {
	if (o.mayExist) {
		const made = await findOwnDevbox(db, actor, o.id);
		if (made) return made;
	}
	for (let tries = 1; ; tries++) {
		try {
			await dbCall(() => db.prisma.$transaction((tx) => writeDevbox(tx, actor, o)));
			return await getDevboxRow(db, actor, o.id);
		} catch (error) {
			if (!isUniqueViolation(error)) throw error;
			if (!o.name.isDerived || tries >= labelTriesMax) throw nameTaken(o.name.label);
		}
	}
}

async function writeDevbox(tx: Prisma.TransactionClient, actor: Actor, o: NewDevbox): Promise<void> {
	const { workspaceId, userId: ownerId } = actor;
	await tx.$queryRaw`SELECT 1 FROM members WHERE workspace_id = ${workspaceId} AND user_id = ${ownerId} FOR UPDATE`;
	o.checkQuota(await tx.devbox.count({ where: { workspaceId, ownerId, state: { not: "destroyed" } } }));
	const { id, image, imageRef, size } = o;
	const { label, displayName, isDerived } = o.name;
	const name = isDerived ? await findFreeLabel(tx, { workspaceId, label }) : label;
	await tx.devbox.create({ data: { id, workspaceId, ownerId, name, displayName, image, imageRef, size } });
	if (o.inputs) await insertDevboxInputs(tx, { devboxId: id, inputs: o.inputs });
	await insertDevboxRepositories(tx, { devboxId: id, repositories: o.repositories });
	await insertRun(tx, { devboxId: id, pipeline: "create-devbox" });
}

async function findFreeLabel(tx: Prisma.TransactionClient, o: { workspaceId: string; label: string }): Promise<string> {
	// A long label is cut to make room for its number.
	const startsWith = o.label.slice(0, 56).replace(/-+$/, "");
	const rows = await tx.devbox.findMany({
		where: { workspaceId: o.workspaceId, releasedAt: null, name: { startsWith } },
		select: { name: true },
	});
	const taken = new Set(rows.map((row) => row.name));
	return freeLabel(o.label, (candidate) => taken.has(candidate));
}

function nameTaken(name: string): AppError {
	return new AppError({
		code: "name_taken",
		message: `The name ${name} is in use in this workspace (a destroyed devbox frees its name once its machine is gone). Choose another.`,
	});
}

/** A run with one pending operation per step of its pipeline. */
export async function insertRun(
	tx: Prisma.TransactionClient,
	o: { devboxId: string; pipeline: PipelineName },
): Promise<string> {
	const runId = newId("run");
	await tx.run.create({ data: { id: runId, devboxId: o.devboxId, pipeline: o.pipeline } });
	await tx.operation.createMany({
		data: pipelines[o.pipeline].map((step, position) => ({
			id: newId("operation"),
			runId,
			devboxId: o.devboxId,
			position,
			step,
		})),
	});
	return runId;
}

type Intent = {
	/** What the row must be like for the change to apply; re-read and refused otherwise. */
	where: Prisma.DevboxWhereInput;
	data: Prisma.DevboxUpdateManyMutationInput;
	pipeline: PipelineName;
	/** Ends every run of the box that has not ended: what they were doing is void. */
	cancelRuns: boolean;
};

/** Changes what is wanted of a box and queues the run that does it, at once or not at all. Answers whether it applied. */
export function changeIntent(db: Database, actor: Actor, id: string, intent: Intent): Promise<boolean> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const changed = await tx.devbox.updateMany({
				where: { AND: [{ id, ...visibleTo(actor) }, intent.where] },
				data: intent.data,
			});
			if (changed.count === 0) return false;
			if (intent.cancelRuns) await cancelRuns(tx, id);
			await insertRun(tx, { devboxId: id, pipeline: intent.pipeline });
			return true;
		}),
	);
}

async function cancelRuns(tx: Prisma.TransactionClient, devboxId: string): Promise<void> {
	await tx.run.updateMany({
		where: { devboxId, status: { in: ["pending", "running"] } },
		data: { status: "cancelled", claimedBy: null, leaseExpiresAt: null, finishedAt: new Date() },
	});
	await tx.operation.updateMany({
		where: { devboxId, status: "pending" },
		data: { status: "deleted", finishedAt: new Date() },
	});
}

/** Says that somebody worked in the box just now. */
export async function touchDevbox(db: Database, id: string): Promise<void> {
	await dbCall(() => db.prisma.devbox.updateMany({ where: { id }, data: { lastUsedAt: new Date() } }));
}
