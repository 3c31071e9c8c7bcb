import type { OnboardingResponse } from "../../contract/onboarding.ts";
import { readOnboarding } from "../../db/onboarding.ts";
import type { Actor } from "../../domain/actor.ts";
import { onboardingSteps } from "../../domain/onboarding.ts";
import type { Deps } from "../deps.ts";

export async function getOnboarding({ db }: Deps, actor: Actor): Promise<OnboardingResponse> {
	const row = await readOnboarding(db, actor);
	const steps = onboardingSteps.map((id) => ({ id, is_done: row[id] }));
	return { is_done: steps.every((step) => step.is_done), is_dismissed: row.isDismissed, steps };
}
