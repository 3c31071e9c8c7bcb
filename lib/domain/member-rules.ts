/**
 * Who may change whose membership, beside the table of permissions: only an owner makes, unmakes, disables or removes owners, nobody
 * raises themselves, and the last owner stays. Pure: the API asks it inside the transaction that makes the change, and tells the
 * pages what it would answer.
 */
import type { Role } from "./actor.ts";
import { AppError } from "./errors.ts";
import { roleMay } from "./permissions.ts";

export type MemberChange =
	| { kind: "quota" }
	| { kind: "role"; role: Role }
	| { kind: "disable" }
	| { kind: "enable" }
	| { kind: "remove" };

export type MemberStanding = { userId: string; login: string; role: Role; isDisabled: boolean };

type Input = {
	actor: { userId: string; role: Role; isOperator?: boolean };
	target: MemberStanding;
	change: MemberChange;
	/** Owners of the workspace who are not disabled. */
	ownerCount: number;
};

/** Which of two roles is the higher one. */
export const rank: Record<Role, number> = { member: 0, admin: 1, owner: 2 };

/** Null when it may be made; else the refusal. */
export function memberChangeProblem(o: Input): AppError | null {
	const { actor, target, change } = o;
	const isSelf = actor.userId === target.userId;
	const makesOwner = change.kind === "role" && change.role === "owner";
	const touchesOwner = target.role === "owner" && change.kind !== "quota";
	if (!roleMay(actor.role, change.kind === "disable" || change.kind === "remove" ? "member.remove" : "member.change"))
		return forbidden("Members are managed by admins and owners of the workspace.");
	if (change.kind === "role" && isSelf && rank[change.role] > rank[actor.role])
		return forbidden("Nobody raises their own role. Ask an owner.");
	if ((makesOwner || touchesOwner) && !roleMay(actor.role, "owner.change"))
		return forbidden(
			makesOwner
				? "Only an owner makes owners. Ask one."
				: `${target.login} is an owner: only an owner changes, disables or removes one.`,
		);
	if (isSelf && (change.kind === "disable" || change.kind === "remove"))
		return conflict("You cannot disable or remove yourself. Another owner or admin can.");
	const losesOwner = touchesOwner && !target.isDisabled && change.kind !== "enable" && !makesOwner;
	if (losesOwner && o.ownerCount <= 1)
		return conflict(
			`This is the workspace's only owner. Make somebody else an owner first${actor.isOperator ? ": npm run admin -- role <login> owner" : "."}`,
		);
	return null;
}

function forbidden(message: string): AppError {
	return new AppError({ code: "forbidden", message });
}

function conflict(message: string): AppError {
	return new AppError({ code: "conflict", message });
}
