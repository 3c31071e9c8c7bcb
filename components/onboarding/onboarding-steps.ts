import type { OnboardingStep } from "@/lib/domain/onboarding.ts";

type StepText = { title: string; text: string; href: string };

/** What a newcomer reads of each step, and where it is done. */
export const onboardingTexts = {
	connect_github: {
		title: "Connect GitHub",
		text: "Your private repositories can then be cloned.",
		href: "/settings/github",
	},
	add_ssh_key: { title: "Add an SSH key", text: "Opens your devboxes from your editor and shell.", href: "/settings" },
	create_devbox: { title: "Create a devbox", text: "It is ready in seconds.", href: "/devboxes?create=1" },
	open_terminal: {
		title: "Open its terminal",
		text: "Open a devbox, then its Terminal tab.",
		href: "/devboxes",
	},
	make_token: { title: "Make a token", text: "For the SDK, scripts and agents.", href: "/settings/tokens" },
} as const satisfies Record<OnboardingStep, StepText>;
