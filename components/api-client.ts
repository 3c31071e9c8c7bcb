import { createDevboxClient } from "@/sdk/src/index.ts";

/** A session that ended (revoked elsewhere, expired) leads to the sign-in page and back. */
export function goToSignIn(): void {
	const { pathname, search } = window.location;
	if (pathname.startsWith("/sign-in")) return;
	window.location.assign(`/sign-in?next=${encodeURIComponent(pathname + search)}`);
}

/** The page's own client: same origin, with the session's cookie. */
export const api = createDevboxClient({
	onError: (error) => {
		if (error.code === "unauthenticated") goToSignIn();
	},
});
