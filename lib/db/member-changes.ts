/** Changes of memberships. All of a workspace go one after the other, so that two owners cannot unmake each other at once. */
import type { Actor, Role } from "../domain/actor.ts";
import type { DesiredState, DevboxState } from "../domain/devbox-state.ts";
import { AppError } from "../domain/errors.ts";
import { type DepartureChoice, type DepartureOutcome, departureOutcome } from "../domain/member-departure.ts";
import { type MemberChange, type MemberStanding, memberChangeProblem } from "../domain/member-rules.ts";
import { type Database, dbCall } from "./database.ts";
import { destroyedData, queueIntent } from "./devboxes.ts";
import type { Prisma } from "./generated/client.ts";
import { keepForRevocation } from "./github-revocations.ts";

type Transaction = Prisma.TransactionClient;

/** Whoever runs commands on the server itself: an owner of every workspace, and a member of none. */
export type Operator = {
	kind: "operator";
	/** Where the change is made: in all of them or in none. */
	workspaceIds: readonly string[];
	/** Tells of the change in its transaction. */
	record: (tx: Transaction) => Promise<void>;
};
type Changer = Actor | Operator;

const operatorStanding = {
	userId: "",
	login: "the server's operator",
	role: "owner",
	isDisabled: false,
	isOperator: true,
} as const;

type Changed = { actor: Changer; userId: string };
type Rows = Pick<Database, "prisma">;
type Standings = { workspaceId: string; target: MemberStanding; self: MemberStanding };

/** Locks, asks the rules with what the rows say now, and writes. Throws the rules' refusal, and `not_found`. Answers by workspace. */
async function changeMember<T>(
	db: Rows,
	{ actor, userId }: Changed,
	changes: readonly MemberChange[],
	write: (tx: Transaction, standings: Standings) => Promise<T>,
): Promise<T[]> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			// In one order, so that two commands at once do not wait for each other.
			const workspaceIds = actor.kind === "operator" ? [...actor.workspaceIds].sort() : [actor.workspaceId];
			// All before the first write: who is disabled by it counts as no owner in the next workspace.
			const admitted: Standings[] = [];
			for (const workspaceId of workspaceIds) admitted.push(await admit(tx, { actor, userId, workspaceId, changes }));
			const written: T[] = [];
			for (const standings of admitted) written.push(await write(tx, standings));
			if (actor.kind === "operator") await actor.record(tx);
			return written;
		}),
	);
}

async function admit(
	tx: Transaction,
	o: Changed & { workspaceId: string; changes: readonly MemberChange[] },
): Promise<Standings> {
	const { actor, userId, workspaceId } = o;
	const changerId = actor.kind === "operator" ? userId : actor.userId;
	// Not FOR UPDATE: a create that holds its member and refers to the workspace would wait for us, and we for it.
	await tx.$queryRaw`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR NO KEY UPDATE`;
	await tx.$queryRaw`SELECT 1 FROM members WHERE workspace_id = ${workspaceId} AND user_id = ${userId} FOR UPDATE`;
	const members = await tx.member.findMany({
		where: { workspaceId, OR: [{ role: "owner" }, { userId: { in: [userId, changerId] } }] },
		include: { user: true },
	});
	const standings = members.map(({ user, role }) => ({
		userId: user.id,
		login: user.login,
		role: role as Role,
		isDisabled: user.disabledAt !== null,
	}));
	const target = standings.find((member) => member.userId === userId);
	const self =
		actor.kind === "operator"
			? operatorStanding
			: standings.find((member) => member.userId === changerId && !member.isDisabled);
	if (!target) throw new AppError({ code: "not_found", message: "There is no such member in this workspace." });
	if (!self) throw new AppError({ code: "forbidden", message: "You are not a member of this workspace any more." });
	const ownerCount = standings.filter(({ role, isDisabled }) => role === "owner" && !isDisabled).length;
	for (const change of o.changes) {
		const problem = memberChangeProblem({ actor: self, target, change, ownerCount });
		if (problem) throw problem;
	}
	return { workspaceId, target, self };
}

/** Role and quota; what is left out stays. */
export async function updateMemberRow(
	db: Rows,
	actor: Changer,
	o: { userId: string; role?: Role; devboxQuota?: number | null },
): Promise<void> {
	const { userId, role, devboxQuota } = o;
	const changes: MemberChange[] = [
		...(role === undefined ? [] : [{ kind: "role" as const, role }]),
		...(devboxQuota === undefined ? [] : [{ kind: "quota" as const }]),
	];
	await changeMember(db, { actor, userId }, changes, async (tx, { workspaceId }) => {
		const where = { workspaceId_userId: { workspaceId, userId } };
		await tx.member.update({ where, data: { role, devboxQuota } });
	});
}

export async function enableMemberRow(db: Rows, actor: Changer, userId: string): Promise<void> {
	await changeMember(db, { actor, userId }, [{ kind: "enable" }], async (tx) => {
		await tx.user.update({ where: { id: userId }, data: { disabledAt: null } });
	});
}

export type Departure = { userId: string; kind: "disable" | "remove"; choice: DepartureChoice; heirId: string | null };
export type DepartedBox = { id: string; name: string; outcome: DepartureOutcome };

/** Ends every credential of the member (triggers do), and settles the member's boxes, at once or not at all. */
export async function departMember(db: Rows, actor: Changer, o: Departure): Promise<DepartedBox[]> {
	const { userId } = o;
	const departed = await changeMember(db, { actor, userId }, [{ kind: o.kind }], async (tx, standings) => {
		const { workspaceId, target, self } = standings;
		if (o.heirId !== null) await requireHeir(tx, { workspaceId, userId: o.heirId, leaverId: userId });
		if (o.kind === "remove") {
			await keepForRevocation(tx, { workspaceId, userId });
			await tx.member.delete({ where: { workspaceId_userId: { workspaceId, userId } } });
		} else {
			if (actor.kind !== "operator") await requireOneWorkspace(tx, { workspaceId, userId });
			await tx.user.updateMany({ where: { id: userId, disabledAt: null }, data: { disabledAt: new Date() } });
		}
		const why = `${target.login} was ${o.kind === "remove" ? "removed" : "disabled"} by ${self.login}`;
		return settleBoxes(tx, { ...o, workspaceId, why });
	});
	return departed.flat();
}

async function requireHeir(
	tx: Transaction,
	o: { workspaceId: string; userId: string; leaverId: string },
): Promise<void> {
	const where = { workspaceId: o.workspaceId, userId: o.userId, user: { disabledAt: null } };
	if (o.userId !== o.leaverId && (await tx.member.findFirst({ where }))) return;
	const msg = "Devboxes are handed over to another member of the workspace who is not disabled.";
	const fields = [{ loc: ["body", "devboxes", "transfer_to"], msg, type: "value_error" }];
	throw new AppError({ code: "invalid", message: msg, fields });
}

/** An account is disabled as a whole: somebody who works in another workspace as well is removed from this one instead. */
async function requireOneWorkspace(tx: Transaction, o: { workspaceId: string; userId: string }): Promise<void> {
	const others = await tx.member.count({ where: { userId: o.userId, workspaceId: { not: o.workspaceId } } });
	if (others > 0)
		throw new AppError({
			code: "conflict",
			message: "This person is in another workspace of this server as well. Remove them from this one instead.",
		});
}

type Settled = Departure & { workspaceId: string; why: string };

async function settleBoxes(tx: Transaction, o: Settled): Promise<DepartedBox[]> {
	const boxes = await tx.devbox.findMany({
		where: { workspaceId: o.workspaceId, ownerId: o.userId, state: { not: "destroyed" } },
		select: { id: true, name: true, displayName: true, state: true, desiredState: true },
		orderBy: { createdAt: "asc" },
	});
	const departed: DepartedBox[] = [];
	for (const { id, name, displayName, ...box } of boxes) {
		const state = box.state as DevboxState;
		const desiredState = box.desiredState as DesiredState;
		const outcome = departureOutcome({ state, desiredState }, o.choice);
		await settleBox(tx, { ...o, id, outcome, isOn: state === "ready" || desiredState === "running" });
		departed.push({ id, name: displayName ?? name, outcome });
	}
	return departed;
}

async function settleBox(
	tx: Transaction,
	o: Settled & { id: string; outcome: DepartureOutcome; isOn: boolean },
): Promise<void> {
	const { id, outcome, why } = o;
	if (outcome === "destroyed") {
		await tx.devbox.update({ where: { id }, data: destroyedData(`Destroyed: ${why}.`) });
		return queueIntent(tx, id, { pipeline: "destroy-devbox", cancelRuns: true });
	}
	const ownerId = outcome === "transferred" && o.heirId !== null ? o.heirId : undefined;
	const stop = o.isOn ? { desiredState: "stopped", reason: `Stopped: ${why}.` } : {};
	await tx.devbox.update({
		where: { id },
		data: { ...stop, ...(ownerId ? { ownerId, credentialsWithheld: true } : {}) },
	});
	if (ownerId) await withholdSecrets(tx, { devboxId: id, leaverId: o.userId });
	if (o.isOn) await queueIntent(tx, id, { pipeline: "stop-devbox", cancelRuns: false });
}

/**
 * What was the leaver's alone is brought to the heir by no later start: own secrets, and AI tokens that were still waiting. Nor is
 * anything of the heir's (`credentialsWithheld`): what the leaver planted in the box would use it.
 */
async function withholdSecrets(tx: Transaction, o: { devboxId: string; leaverId: string }): Promise<void> {
	await tx.$executeRaw`
		DELETE FROM devbox_secrets b USING secrets s
		WHERE b.devbox_id = ${o.devboxId} AND s.id = b.secret_id AND s.owner_id = ${o.leaverId}`;
	await tx.devboxInputs.updateMany({ where: { devboxId: o.devboxId }, data: { aiTokens: null } });
}
