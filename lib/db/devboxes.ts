/**
 * Devboxes, as an actor may see and use them. A private box does not exist for anybody but its owner. One that is visible to the
 * workspace is seen by its members (`getVisibleDevboxRow`) and entered by its owner alone: `getDevboxRow` is for all else.
 */
import type { Actor } from "../domain/actor.ts";
import type { AccessMode } from "../domain/devbox-access.ts";
import { freeLabel } from "../domain/devbox-name.ts";
import { AppError } from "../domain/errors.ts";
import { actorMay } from "../domain/permissions.ts";
import type { PipelineName, StepName } from "../domain/pipelines.ts";
import type { ResolvedRecord } from "../domain/resolve-inputs.ts";
import type { SizeName } from "../domain/sizes.ts";
import type { TailscaleSpec } from "../domain/tailscale.ts";
import { type Database, dbCall, isUniqueViolation } from "./database.ts";
import {
	insertDevboxInputs,
	insertDevboxRepositories,
	type NewDevboxInputs,
	type NewDevboxRepository,
} from "./devbox-inputs.ts";
import { insertDevboxSecrets, type NewDevboxSecret } from "./devbox-secrets.ts";
import { type GatheredReads, gatherReads } from "./gathered-reads.ts";
import type { Prisma } from "./generated/client.ts";
import { insertRun } from "./insert-run.ts";
import type { NetworkChoice } from "./network-policies.ts";

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
	accessMode: AccessMode;
	/** Nothing of its owner's comes into it: it was another's. */
	credentialsWithheld: boolean;
	idleTimeoutSeconds: number | null;
	expiresAfterSeconds: number | null;
	expiresAt: Date | null;
	resolved: ResolvedRecord | null;
	hostId: string | null;
	hostName: string | null;
	/** False of one whose owner was removed from the workspace or is disabled. */
	isOwnerMember: boolean;
	owner: { id: string; login: string; name: string | null; avatarUrl: string | null };
	step: { step: string; message: string; startedAt: string | null } | null;
};

// Few boxes have a step that waits: which ones is found once, and not by a look per box.
// SQL and not the ORM: it is what every page and every poll reads, and with the ORM's relations a list of 1,000 took longer (docs/decisions/0007).
const selectSql = `
SELECT d.id, d.name, d.display_name AS "displayName", d.image, d.image_ref AS "imageRef", d.size, d.vcpus, d.memory_mib AS "memoryMib", d.disk_gib AS "diskGib",
	d.notice, d.state, d.power, d.desired_state AS "desiredState", d.reason, d.address, d.created_at AS "createdAt",
	d.ready_at AS "readyAt", d.last_used_at AS "lastUsedAt", d.destroyed_at AS "destroyedAt", d.keep_until AS "keepUntil", d.access_mode AS "accessMode",
	d.credentials_withheld AS "credentialsWithheld",
	d.idle_timeout_seconds AS "idleTimeoutSeconds", d.expires_after_seconds AS "expiresAfterSeconds", d.expires_at AS "expiresAt", d.resolved,
	d.host_id AS "hostId", h.name AS "hostName",
	u.disabled_at IS NULL AND EXISTS (SELECT 1 FROM members m WHERE m.workspace_id = d.workspace_id AND m.user_id = u.id) AS "isOwnerMember",
	json_build_object('id', u.id, 'login', u.login, 'name', u.name, 'avatarUrl', u.avatar_url) AS owner,
	CASE WHEN d.id IN (SELECT p.devbox_id FROM operations p WHERE p.status = 'pending') THEN
	(SELECT json_build_object('step', o.step, 'message', o.message, 'startedAt', o.started_at)
		FROM operations o WHERE o.devbox_id = d.id AND o.status = 'pending'
		ORDER BY o.created_at, o.position LIMIT 1) END AS step
FROM devboxes d JOIN users u ON u.id = d.owner_id LEFT JOIN hosts h ON h.id = d.host_id
WHERE d.workspace_id = $1`;
const visibleSql = "(d.owner_id = $2 OR d.access_mode = 'workspace')";

/** Whose boxes a list has: `me` the actor's own, `others` what others show, `any` both. */
export type ListedOwner = "me" | "others" | "any";

export async function listDevboxRows(
	db: Database,
	actor: Actor,
	o: { includeDestroyed: boolean; owner: ListedOwner; after?: DevboxPlace | null; limit?: number | null },
): Promise<DevboxRow[]> {
	const text = `${selectSql} AND ${visibleSql} AND ($3 OR d.state <> 'destroyed') AND ($4 = 'any' OR ($4 = 'me') = (d.owner_id = $2))
	AND ($5::timestamptz IS NULL OR (d.created_at, d.id) < ($5, $6::text))
ORDER BY d.created_at DESC, d.id DESC LIMIT $7`;
	const { after = null, limit = null } = o;
	const place = [after?.createdAt ?? null, after?.id ?? null];
	const values = [actor.workspaceId, actor.userId, o.includeDestroyed, o.owner, ...place, limit];
	return (await dbCall(() => db.pool.query<DevboxRow>({ name: "list-devboxes", text, values }))).rows;
}

export type DevboxPlace = { createdAt: Date; id: string };

/** Where in its list a box stands, also one that has been destroyed since; null for what the actor does not see. */
export async function findDevboxPlace(db: Database, actor: Actor, id: string): Promise<DevboxPlace | null> {
	return findVisibleDevbox(db, actor, id);
}

/**
 * The actor's own. Throws `not_found` for what is not there and for another's private one, without telling which; `forbidden` for
 * one that the actor may see and nothing else.
 */
export async function getDevboxRow(db: Database, actor: Actor, id: string): Promise<DevboxRow> {
	const row = await getVisibleDevboxRow(db, actor, id);
	if (row.owner.id !== actor.userId) throw devboxNotYours(row);
	return row;
}

/** The actor's own, or another's that is visible to the workspace: to be seen, never to be entered. Throws `not_found`. */
export async function getVisibleDevboxRow(db: Database, actor: Actor, id: string): Promise<DevboxRow> {
	const row = await findVisibleDevbox(db, actor, id);
	if (!row) throw devboxNotFound(id);
	return row;
}

/** Boxes of the whole workspace that are not destroyed, private ones among them: for whoever may know that they exist. */
export async function listAnyDevboxRows(db: Database, actor: Actor): Promise<DevboxRow[]> {
	const text = `${selectSql} AND d.state <> 'destroyed' ORDER BY d.created_at DESC, d.id DESC`;
	const query = { name: "list-any-devboxes", text, values: [actor.workspaceId] };
	return (await dbCall(() => db.pool.query<DevboxRow>(query))).rows;
}

/** The actor's own, and for whoever may end anybody's box every other. Errors as in `getDevboxRow`. */
export async function getEndableDevboxRow(db: Database, actor: Actor, id: string): Promise<DevboxRow> {
	if (!actorMay(actor, "devbox.end_any")) return getDevboxRow(db, actor, id);
	const query = { name: "get-any-devbox", text: `${selectSql} AND d.id = $2`, values: [actor.workspaceId, id] };
	const row = (await dbCall(() => db.pool.query<DevboxRow>(query))).rows[0];
	if (!row) throw devboxNotFound(id);
	return row;
}

/** Why a read that asks for the actor's own box found none: to be thrown. */
export async function whyNotOwn(db: Database, actor: Viewer, id: string): Promise<AppError> {
	const row = await findVisibleDevbox(db, actor, id);
	return row && row.owner.id !== actor.userId ? devboxNotYours(row) : devboxNotFound(id);
}

type Viewer = Pick<Actor, "workspaceId" | "userId">;

/** What clients poll: reads of one actor at the same time are one statement. */
const readsOf = new WeakMap<Database, Map<string, GatheredReads<DevboxRow>>>();

function findVisibleDevbox(db: Database, actor: Viewer, id: string): Promise<DevboxRow | null> {
	const ofActors = readsOf.get(db) ?? new Map<string, GatheredReads<DevboxRow>>();
	readsOf.set(db, ofActors);
	const key = `${actor.workspaceId} ${actor.userId}`;
	const reads =
		ofActors.get(key) ??
		gatherReads({ readAll: (ids) => readVisibleDevboxes(db, actor, ids), onIdle: () => ofActors.delete(key) });
	ofActors.set(key, reads);
	return reads.read(id);
}

async function readVisibleDevboxes(db: Database, actor: Viewer, ids: string[]): Promise<DevboxRow[]> {
	const text = `${selectSql} AND ${visibleSql} AND d.id = ANY($3::text[])`;
	const values = [actor.workspaceId, actor.userId, ids];
	return (await dbCall(() => db.pool.query<DevboxRow>({ name: "get-devboxes", text, values }))).rows;
}

function devboxNotYours({ displayName, name, owner }: DevboxRow): AppError {
	return new AppError({
		code: "forbidden",
		message: `${displayName ?? name} is ${owner.login}'s devbox. It is visible to the workspace, and only its owner can work in it or change it.`,
	});
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
	accessMode: AccessMode;
	network: NetworkChoice;
	/** Whether more is allowed until its setup is over. */
	networkPhase: "setup" | "run";
	/** Null: it joins no tailnet. */
	tailscale: TailscaleSpec | null;
	/** Steps of its pipeline that have nothing to do. */
	withoutSteps: readonly StepName[];
	idleTimeoutSeconds: number | null;
	expiresAfterSeconds: number | null;
	resolved: ResolvedRecord;
	inputs: NewDevboxInputs;
	secrets: readonly NewDevboxSecret[];
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
		const made = await findVisibleDevbox(db, actor, o.id);
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
	await lockActiveMember(tx, { workspaceId, userId: ownerId });
	o.checkQuota(await tx.devbox.count({ where: { workspaceId, ownerId, state: { not: "destroyed" } } }));
	const { id, image, imageRef, size, accessMode, idleTimeoutSeconds, expiresAfterSeconds, resolved } = o;
	const expiresAt = expiresAfterSeconds === null ? null : new Date(Date.now() + expiresAfterSeconds * 1000);
	const { label, displayName, isDerived } = o.name;
	const name = isDerived ? await findFreeLabel(tx, { workspaceId, label }) : label;
	const rules = {
		accessMode,
		idleTimeoutSeconds,
		expiresAfterSeconds,
		expiresAt,
		resolved,
		...o.network,
		networkPhase: o.networkPhase,
	};
	await tx.devbox.create({ data: { id, workspaceId, ownerId, name, displayName, image, imageRef, size, ...rules } });
	if (o.tailscale) await tx.devboxTailscale.create({ data: { devboxId: id, ...o.tailscale } });
	await insertDevboxInputs(tx, { devboxId: id, inputs: o.inputs });
	await insertDevboxSecrets(tx, { devboxId: id, secrets: o.secrets });
	await insertDevboxRepositories(tx, { devboxId: id, repositories: o.repositories });
	await insertRun(tx, { devboxId: id, pipeline: "create-devbox", without: o.withoutSteps });
}

/** Whoever was removed or disabled while the request was under way makes nothing any more. */
async function lockActiveMember(
	tx: Prisma.TransactionClient,
	o: { workspaceId: string; userId: string },
): Promise<void> {
	const rows = await tx.$queryRaw<unknown[]>`
		SELECT 1 FROM members m JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
		WHERE m.workspace_id = ${o.workspaceId} AND m.user_id = ${o.userId} FOR UPDATE OF m`;
	if (rows.length > 0) return;
	throw new AppError({ code: "forbidden", message: "You are not a member of this workspace any more." });
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

type Intent = {
	/** What the row must be like for the change to apply; re-read and refused otherwise. */
	where: Prisma.DevboxWhereInput;
	data: Prisma.DevboxUpdateManyMutationInput;
	pipeline: PipelineName;
	/** Ends every run of the box that has not ended: what they were doing is void. */
	cancelRuns: boolean;
	/** Whoever may end anybody's box may do this to another's. */
	isEnd?: boolean;
};

/** Changes what is wanted of a box and queues the run that does it, at once or not at all. Answers whether it applied. */
export function changeIntent(db: Database, actor: Actor, id: string, intent: Intent): Promise<boolean> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const where = { AND: [{ id, ...changeableBy(actor, intent) }, intent.where] };
			const changed = await tx.devbox.updateMany({ where, data: intent.data });
			if (changed.count === 0) return false;
			await queueIntent(tx, id, intent);
			return true;
		}),
	);
}

/** What a box is to become was written: queues the run that does it. */
export async function queueIntent(
	tx: Prisma.TransactionClient,
	id: string,
	{ cancelRuns: isVoid, pipeline }: Pick<Intent, "pipeline" | "cancelRuns">,
): Promise<void> {
	if (isVoid) await cancelRuns(tx, id);
	await insertRun(tx, { devboxId: id, pipeline });
}

/** What a box is like from the moment on at which it is destroyed for every reader. */
export function destroyedData(reason: string) {
	return {
		state: "destroyed",
		desiredState: "destroyed",
		reason,
		destroyedAt: new Date(),
		keepUntil: null,
		fence: { increment: 1 },
	} satisfies Prisma.DevboxUpdateManyMutationInput;
}

function changeableBy(actor: Actor, { isEnd = false }: Pick<Intent, "isEnd">): Prisma.DevboxWhereInput {
	const { workspaceId, userId: ownerId } = actor;
	return isEnd && actorMay(actor, "devbox.end_any") ? { workspaceId } : { workspaceId, ownerId };
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

/** What its owner may change of it at any time; what is left out stays. Answers whether there is such a box of the actor's. */
export async function updateDevboxRow(
	db: Database,
	actor: Actor,
	id: string,
	data: Prisma.DevboxUpdateManyMutationInput,
): Promise<boolean> {
	const where = { id, ...changeableBy(actor, {}), state: { not: "destroyed" } };
	return (await dbCall(() => db.prisma.devbox.updateMany({ where, data }))).count > 0;
}

/** Says that somebody worked in the box just now. It is no change of the box: `updated_at` tells loops how long one was left alone. */
export async function touchDevbox(db: Pick<Database, "pool">, id: string): Promise<void> {
	await dbCall(() => db.pool.query("UPDATE devboxes SET last_used_at = now() WHERE id = $1", [id]));
}
