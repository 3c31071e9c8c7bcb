/** What devboxes join, as an actor may see and set it, and how it went with one of them. */
import type { Actor } from "../domain/actor.ts";
import type { NetworkPolicy } from "../domain/egress-policy.ts";
import type { FailureChoice, JoinState, JoinStatus, TailscaleSpec } from "../domain/tailscale.ts";
import { type Database, dbCall } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
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

export type DevboxTailscaleRow = TailscaleSpec & JoinState & { isEnabled: boolean; changedAt: Date };

/** `undefined` for a box that is not the actor's: `whyNotOwn` tells more. Null for one that never joined anything. */
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
			await queueSettle(tx, { devboxId, pipeline: "join-tailscale" });
			return true;
		}),
	);
}

/** Its run does what the row says when it begins, so that one that waits already is enough. */
async function queueSettle(
	tx: Prisma.TransactionClient,
	o: { devboxId: string; pipeline: "join-tailscale" | "leave-tailscale" },
): Promise<void> {
	const pipeline = { in: ["join-tailscale", "leave-tailscale"] };
	const waiting = { devboxId: o.devboxId, pipeline, status: "pending", claimedBy: null };
	if ((await tx.run.count({ where: waiting })) === 0) await insertRun(tx, o);
}

/**
 * What a box of the actor's shall join from now on; `spec` null: nothing. One that runs, or is to, gets a run for it: a run that is under
 * way may have read what stood here before. Answers whether there is such a box that is ready or stopped.
 */
export function changeBoxTailscale(
	db: Pick<Database, "prisma">,
	actor: Actor,
	o: { id: string; spec: TailscaleSpec | null },
): Promise<boolean> {
	const { workspaceId, userId: ownerId } = actor;
	const { id: devboxId, spec } = o;
	const where = { id: devboxId, workspaceId, ownerId, state: { in: ["ready", "stopped"] } };
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const { count } = await tx.devbox.updateMany({ where, data: { updatedAt: new Date() } });
			if (count === 0) return false;
			const { desiredState } = await tx.devbox.findUniqueOrThrow({ where: { id: devboxId } });
			const isToRun = desiredState === "running";
			const before = await tx.devboxTailscale.findUnique({ where: { devboxId } });
			// Until it is known better it may be in the tailnet, so that whoever stops it has it leave.
			const status = isToRun ? "pending" : before ? before.status : "left";
			const data = { isEnabled: spec !== null, status, message: null, changedAt: new Date() };
			if (spec) await tx.devboxTailscale.upsert(upsertOf(devboxId, { ...spec, ...data }));
			else await tx.devboxTailscale.updateMany({ where: { devboxId }, data });
			if (isToRun) await queueSettle(tx, { devboxId, pipeline: spec ? "join-tailscale" : "leave-tailscale" });
			return true;
		}),
	);
}

function upsertOf(devboxId: string, data: Omit<Prisma.DevboxTailscaleUncheckedCreateInput, "devboxId">) {
	return { where: { devboxId }, create: { devboxId, ...data }, update: data };
}
