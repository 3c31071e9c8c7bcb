/** What devboxes join, as an actor may see and set it, and how it went with one of them. */
import type { Actor } from "../domain/actor.ts";
import type { NetworkPolicy } from "../domain/egress-policy.ts";
import type { FailureChoice, JoinState, JoinStatus, TailscaleSpec } from "../domain/tailscale.ts";
import { type Database, dbCall } from "./database.ts";
import { insertRun } from "./insert-run.ts";
import type { NetworkChoice } from "./network-policies.ts";

export function findTailscaleSettings(db: Pick<Database, "prisma">, { workspaceId }: Pick<Actor, "workspaceId">) {
	return dbCall(() => db.prisma.tailscaleSettings.findUnique({ where: { workspaceId } }));
}

export type TailscaleSettingsInput = Omit<TailscaleSpec, "clientId"> & {
	isEnabled: boolean;
	isLocked: boolean;
	clientId: string | null;
};

export async function writeTailscaleSettings(db: Database, actor: Actor, input: TailscaleSettingsInput): Promise<void> {
	const { workspaceId, login: updatedBy } = actor;
	const data = { ...input, updatedBy, updatedAt: new Date() };
	await dbCall(() =>
		db.prisma.tailscaleSettings.upsert({ where: { workspaceId }, create: { workspaceId, ...data }, update: data }),
	);
}

/** What a box is held to that was given this. */
export async function policyOfChoice(db: Pick<Database, "prisma">, choice: NetworkChoice): Promise<NetworkPolicy> {
	const { networkPolicyId: id, networkMode: mode, networkDomains: domains } = choice;
	if (id === null) return { mode, domains };
	const policy = await dbCall(() => db.prisma.networkPolicy.findUniqueOrThrow({ where: { id } }));
	return { mode: policy.mode as NetworkPolicy["mode"], domains: policy.domains };
}

export type DevboxTailscaleRow = TailscaleSpec & JoinState & { changedAt: Date };

/** `undefined` for a box that is not the actor's: `whyNotOwn` tells more. Null for one that joins nothing. */
export async function findDevboxTailscale(
	db: Pick<Database, "prisma">,
	actor: Actor,
	id: string,
): Promise<DevboxTailscaleRow | null | undefined> {
	const where = { id, workspaceId: actor.workspaceId, ownerId: actor.userId };
	const box = await dbCall(() => db.prisma.devbox.findFirst({ where, select: { tailscale: true } }));
	if (!box) return undefined;
	if (!box.tailscale) return null;
	const { onFailure, status, ...row } = box.tailscale;
	return { ...row, onFailure: onFailure as FailureChoice, status: status as JoinStatus };
}

/** Queues a join of a box of the actor's that runs and has something to join; answers whether it did. One that waits already is enough. */
export function queueJoin(db: Pick<Database, "prisma">, actor: Actor, devboxId: string): Promise<boolean> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const { workspaceId, userId: ownerId } = actor;
			const where = { id: devboxId, workspaceId, ownerId, state: "ready", power: "running", desiredState: "running" };
			const { count } = await tx.devbox.updateMany({ where, data: { updatedAt: new Date() } });
			if (count === 0) return false;
			const waiting = { devboxId, pipeline: "join-tailscale", status: "pending", claimedBy: null };
			if ((await tx.run.count({ where: waiting })) === 0) await insertRun(tx, { devboxId, pipeline: "join-tailscale" });
			return true;
		}),
	);
}
