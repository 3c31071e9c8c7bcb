/** What a newcomer does first, in this order. Whether a step is done is read from what is there, never noted apart. */
export const onboardingSteps = [
	"connect_github",
	"add_ssh_key",
	"create_devbox",
	"open_terminal",
	"make_token",
] as const;
export type OnboardingStep = (typeof onboardingSteps)[number];
