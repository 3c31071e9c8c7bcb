/** The checklist of a newcomer, as far as it is done. */
import { z } from "zod";
import { onboardingSteps } from "../domain/onboarding.ts";
import { defineOperations } from "./operation.ts";

export const onboardingResponse = z
	.object({
		is_done: z.boolean(),
		is_dismissed: z.boolean(),
		steps: z.array(z.object({ id: z.enum(onboardingSteps), is_done: z.boolean() })),
	})
	.meta({ id: "Onboarding" });
export type OnboardingResponse = z.infer<typeof onboardingResponse>;

export const onboardingOperations = defineOperations({
	getOnboarding: {
		id: "getOnboarding",
		method: "GET",
		path: "/users/me/onboarding",
		summary: "What a newcomer has done so far, and what is left",
		scope: "devbox:read",
		response: { status: 200, body: onboardingResponse },
		errors: ["unauthenticated", "forbidden"],
	},
	updateOnboarding: {
		id: "updateOnboarding",
		method: "PATCH",
		path: "/users/me/onboarding",
		summary: "Put the checklist away, or bring it back",
		scope: "devbox:read",
		permission: "profile.change",
		body: z.object({ is_dismissed: z.boolean() }).meta({ id: "UpdateOnboardingRequest" }),
		response: { status: 200, body: onboardingResponse },
		errors: ["unauthenticated", "forbidden", "invalid"],
	},
});
