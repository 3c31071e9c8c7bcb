import type { OnboardingResponse } from "../../contract/onboarding.ts";
import { writeOnboarding } from "../../db/onboarding.ts";
import type { Actor } from "../../domain/actor.ts";
import type { GithubDeps } from "../deps.ts";
import { getOnboarding } from "./get-onboarding.ts";

export async function updateOnboarding(
	deps: GithubDeps,
	actor: Actor,
	{ body }: { body: { is_dismissed: boolean } },
): Promise<OnboardingResponse> {
	await writeOnboarding(deps.db, actor, { dismissedAt: body.is_dismissed ? new Date() : null });
	return getOnboarding(deps, actor);
}
