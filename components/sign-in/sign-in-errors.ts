import { linkProblemOfCode } from "../join/link-problems.ts";

/** What the code in the address means. Codes come from our own refusals and from next-auth. */
export function signInErrorText(code: string, admins: readonly string[]): string {
	const ask = admins.length > 0 ? admins.join(" or ") : "whoever runs this server";
	const linkProblem = linkProblemOfCode(code);
	if (linkProblem) return linkProblem;
	switch (code) {
		case "not_invited":
			return `Sign-up is closed here, and this GitHub account is not invited. Ask ${ask} to invite its login.`;
		case "disabled":
			return `This account is disabled. Ask ${ask}.`;
		case "org_check_failed":
			return "GitHub did not say which organisations you are in. Grant access to them when GitHub asks, and try again.";
		case "CredentialsSignin":
		case "link_spent":
			return "This sign-in link was used before or has expired. Get a new one with npm run sign-in-link on the server.";
		case "Configuration":
			return "The sign-in is not set up correctly. The server's log says what is wrong.";
		case "OAuthCallback":
		case "OAuthSignin":
		case "Callback":
			return "The sign-in with GitHub did not come through. Try again; if it stays so, the server's log says why.";
		default:
			return "The sign-in did not come through. Try again.";
	}
}
