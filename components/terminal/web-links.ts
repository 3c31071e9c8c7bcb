/** The links that a terminal may open: text of a box decides where they lead, so only the web, and without a way back to this page. */
export function webUrl(text: string): string | null {
	try {
		const url = new URL(text);
		return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
	} catch {
		// Not an address.
		return null;
	}
}

export function openWebLink(text: string): void {
	const url = webUrl(text);
	if (url) window.open(url, "_blank", "noopener,noreferrer");
}
