/** Where a sign-in goes on to: a path of this server, never another origin. */
export function safeNextPath(next: string | null | undefined, fallback = "/devboxes"): string {
	if (!next?.startsWith("/")) return fallback;
	const base = "http://devbox.invalid";
	try {
		const url = new URL(next, base);
		// Dots before a second slash leave a path that a browser reads as another host.
		if (url.pathname.startsWith("//")) return fallback;
		if (url.origin !== base || url.pathname.startsWith("/sign-in") || url.pathname.startsWith("/api/")) return fallback;
		return url.pathname + url.search + url.hash;
	} catch {
		return fallback;
	}
}
