import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const onboardingKeys = { all: ["onboarding"] as const };

export const onboardingQueries = {
	own: () => queryOptions({ queryKey: onboardingKeys.all, queryFn: ({ signal }) => api.getOnboarding({}, { signal }) }),
};
