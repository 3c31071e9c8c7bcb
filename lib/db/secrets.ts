/** Secrets and their versions, as an actor may see them: their own and the workspace's. A foreign one does not exist. */
import type { Actor } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { actorMay } from "../domain/permissions.ts";
import { secretLimits } from "../domain/secrets.ts";
import { type Database, dbCall, isUniqueViolation } from "./database.ts";
import type { Prisma } from "./generated/client.ts";

export type SecretRow = {
	id: string;
	workspaceId: string;
	/** Null: the workspace's. */
	ownerId: string | null;
	name: string;
	description: string;
	labels: Record<string, string>;
	envName: string | null;
	inAllBoxes: boolean;
	version: number;
	versionId: string;
	sizeBytes: number;
	createdAt: Date;
	valueChangedAt: Date;
	lastUsedAt: Date | null;
	devboxCount: number;
};

const selectSql = `
SELECT s.id, s.workspace_id AS "workspaceId", s.owner_id AS "ownerId", s.name, s.description, s.labels, s.env_name AS "envName",
	s.in_all_boxes AS "inAllBoxes", s.version, v.id AS "versionId", v.size_bytes AS "sizeBytes", s.created_at AS "createdAt",
	v.created_at AS "valueChangedAt", u.at AS "lastUsedAt", coalesce(u.count, 0) AS "devboxCount"
FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version
LEFT JOIN LATERAL (
	SELECT max(x.last_used_at) AS at, count(DISTINCT d.id) FILTER (WHERE d.state <> 'destroyed')::int AS count
	FROM devbox_secrets x JOIN devboxes d ON d.id = x.devbox_id
	WHERE x.secret_id = s.id AND d.workspace_id = $1 AND (d.owner_id = $2 OR $3 AND s.owner_id IS NULL)
) u ON true
WHERE s.workspace_id = $1 AND (s.owner_id = $2 OR s.owner_id IS NULL)`;

/** An admin sees of a workspace's secret which boxes have it, whosever they are. */
const visibleTo = (actor: Actor) => [actor.workspaceId, actor.userId, actorMay(actor, "secret.share")];

export async function listSecretRows(db: Pick<Database, "pool">, actor: Actor): Promise<SecretRow[]> {
	const text = `${selectSql} ORDER BY s.owner_id IS NULL, s.name`;
	const values = visibleTo(actor);
	return (await dbCall(() => db.pool.query<SecretRow>({ name: "list-secrets", text, values }))).rows;
}

/** Throws `not_found` for what is not there and for what is another's, without telling which. */
export async function getSecretRow(db: Pick<Database, "pool">, actor: Actor, id: string): Promise<SecretRow> {
	const query = { name: "get-secret", text: `${selectSql} AND s.id = $4`, values: [...visibleTo(actor), id] };
	const { rows } = await dbCall(() => db.pool.query<SecretRow>(query));
	const row = rows[0];
	if (!row) throw secretNotFound(id);
	return row;
}

export function secretNotFound(id: string): AppError {
	return new AppError({
		code: "not_found",
		message: `There is no secret ${JSON.stringify(id.slice(0, 80))} that you can use. List yours with GET /secrets.`,
	});
}

/** Those of these secrets that the actor may use, with what is said of them in a box. */
export async function findUsableSecrets(
	db: Pick<Database, "pool">,
	actor: Actor,
	ids: readonly string[],
): Promise<{ id: string; name: string; sizeBytes: number }[]> {
	const text = `SELECT s.id, s.name, v.size_bytes AS "sizeBytes"
		FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version
		WHERE s.workspace_id = $1 AND (s.owner_id = $2 OR s.owner_id IS NULL) AND s.id = ANY($3::text[])`;
	const values = [actor.workspaceId, actor.userId, ids];
	const query = { name: "find-usable-secrets", text, values };
	return (await dbCall(() => db.pool.query<{ id: string; name: string; sizeBytes: number }>(query))).rows;
}

export type SealedVersion = { id: string; sealed: Uint8Array<ArrayBuffer>; sizeBytes: number };

type NewSecret = SealedVersion & {
	secretId: string;
	/** Null: the workspace's. */
	ownerId: string | null;
	name: string;
	description: string;
	labels: Record<string, string>;
	envName: string | null;
	inAllBoxes: boolean;
};

export async function insertSecret(db: Pick<Database, "prisma">, actor: Actor, o: NewSecret): Promise<void> {
	const { secretId, id, sealed, sizeBytes, ownerId, ...fields } = o;
	const { workspaceId, userId } = actor;
	await unlessTaken(o, () =>
		db.prisma.$transaction(async (tx) => {
			await lockOwner(tx, { workspaceId, ownerId });
			if ((await tx.secret.count({ where: { workspaceId, ownerId } })) >= secretLimits.perOwnerMax)
				throw conflict(`There are ${secretLimits.perOwnerMax} secrets already. Delete one first.`);
			await checkInAllBoxes(tx, { workspaceId, ownerId, inAllBoxes: o.inAllBoxes, exceptId: null });
			await tx.secret.create({ data: { id: secretId, workspaceId, ownerId, ...fields } });
			await tx.secretVersion.create({ data: { id, secretId, version: 1, sealed, sizeBytes, createdBy: userId } });
		}),
	);
}

type SecretPatch = Partial<Pick<NewSecret, "name" | "description" | "labels" | "envName" | "inAllBoxes">>;

/** `row`: as the actor was shown it. */
export async function updateSecretRow(db: Pick<Database, "prisma">, row: SecretRow, patch: SecretPatch): Promise<void> {
	const { workspaceId, ownerId } = row;
	await unlessTaken({ ...row, ...patch }, () =>
		db.prisma.$transaction(async (tx) => {
			await lockOwner(tx, { workspaceId, ownerId });
			const inAllBoxes = patch.inAllBoxes ?? row.inAllBoxes;
			await checkInAllBoxes(tx, { workspaceId, ownerId, inAllBoxes, exceptId: row.id });
			const { count } = await tx.secret.updateMany({
				where: { id: row.id },
				data: { ...patch, updatedAt: new Date() },
			});
			if (count === 0) throw secretNotFound(row.id);
		}),
	);
}

/** Counts of one owner are taken one after the other, so that two requests at once cannot both take the last place. */
async function lockOwner(
	tx: Prisma.TransactionClient,
	o: { workspaceId: string; ownerId: string | null },
): Promise<void> {
	await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`secrets of ${o.ownerId ?? o.workspaceId}`}, 0))`;
}

async function checkInAllBoxes(
	tx: Prisma.TransactionClient,
	o: { workspaceId: string; ownerId: string | null; inAllBoxes: boolean; exceptId: string | null },
): Promise<void> {
	if (!o.inAllBoxes) return;
	const { workspaceId, ownerId } = o;
	const where = { workspaceId, ownerId, inAllBoxes: true, ...(o.exceptId ? { id: { not: o.exceptId } } : {}) };
	if ((await tx.secret.count({ where })) < secretLimits.inAllBoxesMax) return;
	throw conflict(`At most ${secretLimits.inAllBoxesMax} secrets can be in all boxes. Take one of them out first.`);
}

async function unlessTaken(o: { name: string; envName: string | null }, write: () => Promise<void>): Promise<void> {
	try {
		await dbCall(write);
	} catch (error) {
		if (!isUniqueViolation(error)) throw error;
		const isVariable = JSON.stringify(error).includes("in_all_boxes");
		throw conflict(
			isVariable
				? `Another secret is in all boxes as ${o.envName} already.`
				: `There is a secret ${o.name} already. Choose another name, or give that one a new value.`,
		);
	}
}

function conflict(message: string): AppError {
	return new AppError({ code: "conflict", message });
}

/** Locks the secret, lets `seal` make the value of its next version, and destroys what is past the bound. Answers the version. */
export function insertSecretVersion(
	db: Pick<Database, "prisma">,
	o: { secretId: string; createdBy: string; seal: (version: number) => Omit<SealedVersion, "id"> },
): Promise<number> {
	const { secretId, createdBy } = o;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const [locked] = await tx.$queryRaw<{ version: number }[]>`
				SELECT version FROM secrets WHERE id = ${secretId} FOR UPDATE`;
			if (!locked) throw secretNotFound(secretId);
			const version = locked.version + 1;
			const sealed = o.seal(version);
			await tx.secretVersion.create({ data: { id: newId("secretVersion"), secretId, version, createdBy, ...sealed } });
			await tx.secret.update({ where: { id: secretId }, data: { version, updatedAt: new Date() } });
			await tx.secretVersion.deleteMany({ where: { secretId, version: { lte: version - secretLimits.versionsMax } } });
			return version;
		}),
	);
}

export async function deleteSecretRow(db: Pick<Database, "prisma">, id: string): Promise<void> {
	await dbCall(() => db.prisma.secret.deleteMany({ where: { id } }));
}

export type SecretVersionRow = {
	id: string;
	version: number;
	sizeBytes: number;
	createdAt: Date;
	createdBy: string | null;
	destroyedAt: Date | null;
};

/** Newest first. `createdBy`: the login. */
export async function listSecretVersionRows(db: Pick<Database, "pool">, secretId: string): Promise<SecretVersionRow[]> {
	const text = `SELECT v.id, v.version, v.size_bytes AS "sizeBytes", v.created_at AS "createdAt", u.login AS "createdBy",
			v.destroyed_at AS "destroyedAt"
		FROM secret_versions v LEFT JOIN users u ON u.id = v.created_by WHERE v.secret_id = $1 ORDER BY v.version DESC`;
	return (await dbCall(() => db.pool.query<SecretVersionRow>(text, [secretId]))).rows;
}

/** The sealed value of one version; null when it is not there or was destroyed. */
export async function findSealedVersion(
	db: Pick<Database, "prisma">,
	o: { secretId: string; version: number },
): Promise<Uint8Array | null> {
	const row = await dbCall(() => db.prisma.secretVersion.findUnique({ where: { secretId_version: o } }));
	return row?.sealed ?? null;
}

/** Never the newest. Answers whether there was such a version; one that was destroyed already is success. */
export async function destroySecretVersionRow(
	db: Pick<Database, "pool">,
	o: { secretId: string; version: number },
): Promise<boolean> {
	const text = `UPDATE secret_versions v SET sealed = NULL, destroyed_at = coalesce(v.destroyed_at, now())
		FROM secrets s WHERE s.id = v.secret_id AND v.secret_id = $1 AND v.version = $2 AND v.version < s.version`;
	const { rowCount } = await dbCall(() => db.pool.query(text, [o.secretId, o.version]));
	return (rowCount ?? 0) > 0;
}
