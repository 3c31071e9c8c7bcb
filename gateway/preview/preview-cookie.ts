/** The cookie of one preview, and which cookies are ours and no business of a devbox. */

const sessionName = "devbox_preview";

/** `__Host-` binds it to this very name, which browsers allow over https only. */
export function previewCookieName(protocol: "http" | "https"): string {
	return protocol === "https" ? `__Host-${sessionName}` : sessionName;
}

export function previewCookie(o: { protocol: "http" | "https"; token: string; maxAgeMs: number }): string {
	const attributes = ["Path=/", `Max-Age=${Math.floor(o.maxAgeMs / 1000)}`, "HttpOnly", "SameSite=Lax"];
	if (o.protocol === "https") attributes.push("Secure");
	return [`${previewCookieName(o.protocol)}=${o.token}`, ...attributes].join("; ");
}

/** More than one, when another page below the same domain has set one of the same name: it must not be able to shut the owner out. */
const tokensMax = 4;

export function readPreviewTokens(header: string | undefined, name: string): string[] {
	const tokens: string[] = [];
	for (const { key, value } of pairsOf(header))
		if (key === name && /^[A-Za-z0-9_-]{43}$/.test(value) && tokens.length < tokensMax) tokens.push(value);
	return tokens;
}

/** The dashboard's and ours, with whatever prefix and in any spelling: browsers take no account of case in prefixes. */
export function isOwnCookie(name: string): boolean {
	const bare = name.trim().replace(/^__(?:host|secure)-/i, "");
	return /^(?:devbox_(?:session|preview)$|next-auth\.)/i.test(bare);
}

/** A Cookie header without ours; null when nothing is left. */
export function withoutOwnCookies(header: string): string | null {
	const kept = pairsOf(header).filter(({ key }) => !isOwnCookie(key));
	return kept.length > 0 ? kept.map(({ text }) => text).join("; ") : null;
}

/**
 * A devbox's Set-Cookie for its own name alone: null for one of our names, and for one without a name, whose value a browser sends
 * as if it were a pair; without Domain, which would carry it to other previews or to the dashboard.
 */
export function neutralSetCookie(header: string): string | null {
	const [pair = "", ...attributes] = header.split(";");
	const at = pair.indexOf("=");
	const name = at < 0 ? "" : pair.slice(0, at).trim();
	if (name === "" || isOwnCookie(name)) return null;
	return [pair, ...attributes.filter((attribute) => !/^\s*domain\s*(?:=|$)/i.test(attribute))].join(";");
}

function pairsOf(header: string | undefined): { key: string; value: string; text: string }[] {
	return (header ?? "").split(";").flatMap((piece) => {
		const text = piece.trim();
		if (text === "") return [];
		const at = text.indexOf("=");
		// Without a name: what a browser sends so, a server may read as a name.
		return [{ key: at < 0 ? text : text.slice(0, at).trim(), value: at < 0 ? "" : text.slice(at + 1).trim(), text }];
	});
}
