/** Network policies, as an actor may see and set them. */
import type { Actor } from "../domain/actor.ts";
import { type NetworkMode, type NetworkPolicy, policyDomainsMax, type SetupPhase } from "../domain/egress-policy.ts";
import { invalidField } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { takenOffTheNetwork } from "../domain/network-request.ts";
import { type Database, dbCall } from "./database.ts";
import { type NetworkColumns, networkColumnsSql } from "./network-in-force.ts";

export type DevboxNetworkRow = NetworkColumns & {
	policyName: string | null;
	isFenced: boolean;
	applied: string | null;
	state: string;
	filterStatus: string | null;
	filterMessage: string | null;
	isLocked: boolean;
};

/** Null for what is not there and for what the actor may not see: `whyNotOwn` tells which. */
export async function findDevboxNetwork(
	db: Database,
	actor: Pick<Actor, "workspaceId" | "userId">,
	id: string,
): Promise<DevboxNetworkRow | null> {
	const { rows } = await dbCall(() =>
		db.pool.query<DevboxNetworkRow>(
			`SELECT ${networkColumnsSql}, p.name AS "policyName",
				d.network_fenced AS "isFenced", d.network_applied AS applied, d.state,
				h.filter_status AS "filterStatus", h.filter_message AS "filterMessage", coalesce('network_policy' = ANY (w.locked), false) AS "isLocked"
			FROM devboxes d LEFT JOIN workspace_defaults w ON w.workspace_id = d.workspace_id
				LEFT JOIN network_policies p ON p.id = d.network_policy_id LEFT JOIN hosts h ON h.id = d.host_id
			WHERE d.workspace_id = $1 AND d.owner_id = $2 AND d.id = $3`,
			[actor.workspaceId, actor.userId, id],
		),
	);
	return rows[0] ?? null;
}

/** What a devbox is made with, or changed to. */
export type NetworkChoice = {
	networkMode: NetworkMode;
	networkDomains: string[];
	networkSetupMode: string | null;
	networkSetupDomains: string[];
	networkPolicyId: string | null;
};

/**
 * Approvals are names beside a policy; who is given no network at all has none of them either. Their time is up from now on; a loop ends
 * them and says so in the audit log.
 */
async function endApprovals(
	tx: Pick<Database["prisma"], "$executeRaw">,
	o: { devboxId: string | null; policyId: string | null },
): Promise<void> {
	await tx.$executeRaw`
		UPDATE network_requests r SET expires_at = least(r.expires_at, now()), answer = ${takenOffTheNetwork}
		FROM devboxes d WHERE d.id = r.devbox_id AND r.status = 'approved'
			AND (d.id = ${o.devboxId}::text OR d.network_policy_id = ${o.policyId}::text)`;
}

/** Answers whether there is such a box of the actor's that is not destroyed. Without any network its approvals end. */
export async function changeDevboxNetwork(
	db: Database,
	actor: Actor,
	o: { id: string; choice: NetworkChoice; isNone: boolean },
): Promise<boolean> {
	const { workspaceId, userId: ownerId } = actor;
	const where = { id: o.id, workspaceId, ownerId, state: { not: "destroyed" } };
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const { count } = await tx.devbox.updateMany({ where, data: o.choice });
			if (count > 0 && o.isNone) await endApprovals(tx, { devboxId: o.id, policyId: null });
			return count > 0;
		}),
	);
}

const withCount = { _count: { select: { devboxes: { where: { releasedAt: null } } } } } as const;

export function listPolicyRows(db: Database, actor: Actor) {
	return dbCall(() =>
		db.prisma.networkPolicy.findMany({
			where: { workspaceId: actor.workspaceId },
			include: withCount,
			orderBy: { name: "asc" },
		}),
	);
}
export type PolicyRow = Awaited<ReturnType<typeof listPolicyRows>>[number];

export function findPolicyByName(db: Database, actor: Actor, name: string) {
	return dbCall(() => db.prisma.networkPolicy.findFirst({ where: { workspaceId: actor.workspaceId, name } }));
}

export function findPolicy(db: Database, actor: Actor, id: string) {
	return dbCall(() => db.prisma.networkPolicy.findFirst({ where: { workspaceId: actor.workspaceId, id } }));
}

type NewPolicy = NetworkPolicy & { name: string; setup: SetupPhase | null };

export function insertPolicy(db: Database, actor: Actor, o: NewPolicy): Promise<PolicyRow> {
	const { name, mode, domains, setup } = o;
	const phase = { setupMode: setup?.mode ?? null, setupDomains: setup?.egress_domains ?? [] };
	const own = { id: newId("networkPolicy"), workspaceId: actor.workspaceId };
	const data = { ...own, name, mode, domains: [...domains], ...phase };
	return dbCall(() => db.prisma.networkPolicy.create({ data, include: withCount }));
}

export type PolicyChange = {
	mode?: NetworkMode | undefined;
	domains?: string[] | undefined;
	/** Null takes it away. */
	setup?: SetupPhase | null | undefined;
	add?: string[] | undefined;
	/** When the policy that the change was made from was changed last; whatever it is when left out. */
	from?: Date | undefined;
};

/**
 * What is left out stays; `none` ends the approvals of who follows it. `not_found`: there is none of this id in the actor's workspace;
 * `outdated`: it was changed after `from`.
 */
export async function updatePolicy(
	db: Database,
	actor: Actor,
	o: { id: string } & PolicyChange,
): Promise<PolicyRow | "not_found" | "outdated"> {
	const { id, mode = null, domains = null, add = [], setup } = o;
	const from = o.from?.toISOString() ?? null;
	const where = { id, workspaceId: actor.workspaceId };
	// Added to what stands there in this moment: two admins who add at once add both. Each change has a time of its own, by which it is told.
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const count = await tx.$executeRaw`
				UPDATE network_policies SET mode = coalesce(${mode}::text, mode),
					updated_at = greatest(now(), updated_at + interval '1 millisecond'),
					setup_mode = CASE WHEN ${setup !== undefined} THEN ${setup?.mode ?? null}::text ELSE setup_mode END,
					setup_domains = CASE WHEN ${setup !== undefined} THEN ${setup?.egress_domains ?? []}::text[] ELSE setup_domains END,
					domains = ARRAY(
						SELECT DISTINCT name FROM unnest(coalesce(${domains}::text[], domains) || ${add}::text[]) AS name ORDER BY name)
				WHERE id = ${id} AND workspace_id = ${where.workspaceId}
					AND (${from}::timestamptz IS NULL OR updated_at = ${from}::timestamptz)`;
			if (count === 0) return (await tx.networkPolicy.count({ where })) > 0 ? "outdated" : "not_found";
			if (mode === "none") await endApprovals(tx, { devboxId: null, policyId: id });
			const row = await tx.networkPolicy.findFirstOrThrow({ where, include: withCount });
			// Two that each fit by themselves may not together.
			if (row.domains.length > policyDomainsMax)
				throw invalidField("egress_domains", `At most ${policyDomainsMax} names.`);
			return row;
		}),
	);
}

/** The named policy that a devbox of the workspace follows. */
export async function findFollowedPolicy(db: Database, actor: Actor, devboxId: string) {
	const where = { workspaceId: actor.workspaceId, devboxes: { some: { id: devboxId } } };
	return dbCall(() => db.prisma.networkPolicy.findFirst({ where }));
}

/** In one statement, so that no box starts to follow it meanwhile; boxes that are gone keep what they had. */
export async function deletePolicy(
	db: Database,
	actor: Actor,
	id: string,
): Promise<"deleted" | "in_use" | "is_default" | "not_found"> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const [policy] = await tx.$queryRaw<{ id: string; name: string; mode: string; domains: string[] }[]>`
				SELECT id, name, mode, domains FROM network_policies WHERE id = ${id} AND workspace_id = ${actor.workspaceId} FOR UPDATE`;
			if (!policy) return "not_found";
			if ((await tx.devbox.count({ where: { networkPolicyId: id, releasedAt: null } })) > 0) return "in_use";
			const { workspaceId } = actor;
			if ((await tx.workspaceDefaults.count({ where: { workspaceId, networkPolicyName: policy.name } })) > 0)
				return "is_default";
			await tx.devbox.updateMany({
				where: { networkPolicyId: id },
				data: { networkPolicyId: null, networkMode: policy.mode, networkDomains: policy.domains },
			});
			await tx.networkPolicy.delete({ where: { id } });
			return "deleted";
		}),
	);
}

/** At most so many are told. */
const usesMax = 1_000;

export type PolicyUseRow = { devboxId: string; devboxName: string; owner: string; isRunning: boolean };

/** Devboxes that follow it and are not gone, whoever's they are; null: there is no such policy in the workspace. */
export async function listPolicyUseRows(db: Database, actor: Actor, id: string): Promise<PolicyUseRow[] | null> {
	const { workspaceId } = actor;
	if ((await dbCall(() => db.prisma.networkPolicy.count({ where: { id, workspaceId } }))) === 0) return null;
	const { rows } = await dbCall(() =>
		db.pool.query<PolicyUseRow>(
			`SELECT d.id AS "devboxId", coalesce(d.display_name, d.name) AS "devboxName", u.login AS owner,
				d.state = 'ready' AND d.power <> 'off' AS "isRunning"
			FROM devboxes d JOIN users u ON u.id = d.owner_id
			WHERE d.workspace_id = $1 AND d.network_policy_id = $2 AND d.released_at IS NULL
			ORDER BY u.login, d.name LIMIT ${usesMax}`,
			[workspaceId, id],
		),
	);
	return rows;
}

/** Whether a host that takes boxes can enforce a policy. */
export async function canAnyHostEnforce(db: Database): Promise<boolean> {
	const where = { fenceAddress: { not: null }, status: { not: "draining" } };
	return (await dbCall(() => db.prisma.host.count({ where }))) > 0;
}

export async function canHostOfEnforce(db: Database, devboxId: string): Promise<boolean> {
	const where = { id: devboxId, OR: [{ hostId: null }, { host: { fenceAddress: { not: null } } }] };
	return (await dbCall(() => db.prisma.devbox.count({ where }))) > 0;
}
