import type { Actor } from "../domain/actor.ts";
import type { OnboardingStep } from "../domain/onboarding.ts";
import { type Database, dbCall } from "./database.ts";

export type OnboardingRow = Record<OnboardingStep, boolean> & { isDismissed: boolean };

/** What the actor has done, as far as it is seen in what is there. */
export async function readOnboarding(db: Database, actor: Actor): Promise<OnboardingRow> {
	const { rows } = await dbCall(() =>
		db.pool.query<OnboardingRow>({
			name: "read-onboarding",
			text: `SELECT u.onboarding_dismissed_at IS NOT NULL AS "isDismissed",
				EXISTS (SELECT 1 FROM github_connections g WHERE g.user_id = u.id) AS connect_github,
				EXISTS (SELECT 1 FROM ssh_keys k WHERE k.user_id = u.id) AS add_ssh_key,
				EXISTS (SELECT 1 FROM devboxes d WHERE d.owner_id = u.id) AS create_devbox,
				EXISTS (SELECT 1 FROM audit_events a WHERE a.user_id = u.id AND a.action = 'terminal.open') AS open_terminal,
				EXISTS (SELECT 1 FROM api_tokens t WHERE t.user_id = u.id) AS make_token
			FROM users u WHERE u.id = $1`,
			values: [actor.userId],
		}),
	);
	const row = rows[0];
	if (!row) throw new Error("an actor without a user");
	return row;
}

export async function writeOnboarding(db: Database, actor: Actor, o: { dismissedAt: Date | null }): Promise<void> {
	const data = { onboardingDismissedAt: o.dismissedAt };
	await dbCall(() => db.prisma.user.updateMany({ where: { id: actor.userId }, data }));
}
