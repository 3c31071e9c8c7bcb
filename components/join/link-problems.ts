import type { InvitationLinkStatus } from "@/lib/domain/invitation-link.ts";

type Problem = Exclude<InvitationLinkStatus, "open"> | "unknown" | "removed";

const again = "Ask whoever sent it to you for a new one.";

const problems: Record<Problem, { title: string; text: string }> = {
	unknown: {
		title: "This link is not known here",
		text: `Check that all of it was copied, to the last character. If it was, it is none of this server's, or ended long ago. ${again}`,
	},
	expired: { title: "This link has expired", text: `Its time is up. ${again}` },
	used_up: { title: "This link has been used", text: `As many people as it was for have joined by it. ${again}` },
	revoked: { title: "This link was revoked", text: "It lets nobody in any more. Ask whoever sent it to you." },
	inviter: {
		title: "This link has ended",
		text: "Whoever made it does not invite people here any more. Ask another admin of the workspace for a new one.",
	},
	removed: {
		title: "This link does not bring you back",
		text: "You were a member here and were removed. An admin can invite your GitHub login.",
	},
};

/** Why a link lets nobody in, and what to do. It tells no more than the server did. */
export function linkProblemText(problem: Problem): { title: string; text: string } {
	return problems[problem];
}

/** The same after a sign-in; null for a code that is none of these. */
export function linkProblemOfCode(code: string): string | null {
	const name = code.replace(/^link_/, "");
	if (name === code || !Object.hasOwn(problems, name)) return null;
	const { title, text } = problems[name as Problem];
	return `${title}. ${text}`;
}
