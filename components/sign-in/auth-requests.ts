/** The few requests to next-auth's own routes. They are no part of the API: they make and end the cookie. */

async function readCsrfToken(): Promise<string> {
	const response = await fetch("/api/auth/csrf", { headers: { accept: "application/json" } });
	if (!response.ok) throw new Error("The server could not begin the sign-in. Try again in a few seconds.");
	const body: { csrfToken: string } = await response.json();
	return body.csrfToken;
}

async function postForm(path: string, fields: Record<string, string>): Promise<{ isOk: boolean; url: string }> {
	const csrfToken = await readCsrfToken();
	const response = await fetch(path, {
		method: "POST",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams({ ...fields, csrfToken, json: "true" }),
	});
	const body: { url?: string } = await response.json();
	return { isOk: response.ok, url: body.url ?? "/sign-in" };
}

/** Spends the link. False when it was used before, has expired or never was. */
export async function signInWithLink(token: string): Promise<boolean> {
	const { isOk } = await postForm("/api/auth/callback/sign-in-link", { token, callbackUrl: "/devboxes" });
	return isOk;
}

/** Goes on to GitHub. */
export async function signInWithGithub(next: string): Promise<void> {
	const { url } = await postForm("/api/auth/signin/github", { callbackUrl: next });
	window.location.assign(url);
}

/** Ends the session on the server, then leaves. */
export async function signOut(): Promise<void> {
	await postForm("/api/auth/signout", { callbackUrl: "/sign-in" });
	window.location.assign("/sign-in");
}
