import type { OnboardingResponse } from "../../contract/onboarding.ts";
import { readOnboarding } from "../../db/onboarding.ts";
import type { Actor } from "../../domain/actor.ts";
import { onboardingSteps } from "../../domain/onboarding.ts";
import type { GithubDeps } from "../deps.ts";

/** A step that cannot be done here, since the operator has set up no GitHub, is none. */
export async function getOnboarding({ db, github }: GithubDeps, actor: Actor): Promise<OnboardingResponse> {
	const row = await readOnboarding(db, actor);
	const steps = onboardingSteps
		.filter((id) => id !== "connect_github" || github.setup.isConfigured)
		.map((id) => ({ id, is_done: row[id] }));
	return { is_done: steps.every((step) => step.is_done), is_dismissed: row.isDismissed, steps };
}
