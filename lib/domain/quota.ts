import { AppError } from "./errors.ts";

export const devboxesPerUserDefault = 10;

/** How many devboxes a member may have: an own number, unless the workspace has locked the one for all. */
export function memberQuota(o: { own: number | null; ofWorkspace: number; isLocked: boolean }): number {
	return o.isLocked ? o.ofWorkspace : (o.own ?? o.ofWorkspace);
}

/** Throws `quota_exceeded` when one more box would pass the user's limit; says the limit and who can raise it. */
export function checkDevboxQuota(o: { used: number; limit: number; admins: string[] }): void {
	if (o.used < o.limit) return;
	const who = o.admins.length ? o.admins.join(", ") : "a workspace admin";
	throw new AppError({
		code: "quota_exceeded",
		message: `You have ${o.used} devboxes and your limit is ${o.limit}. Destroy one, or ask ${who} to raise your limit.`,
	});
}
