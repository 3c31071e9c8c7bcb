/** How one gets in here: what the sign-in page shows to anybody. */
export type SignInOptions = {
	hasGithub: boolean;
	/** Host name of the GitHub that is used. */
	githubHost: string;
	/** For the OAuth app's form. */
	homepageUrl: string;
	callbackUrl: string;
	scopes: string;
	/** Whom a visitor without an invitation asks. */
	admins: string[];
};
