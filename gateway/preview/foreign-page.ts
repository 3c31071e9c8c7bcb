/**
 * Whether a page of elsewhere has made this request with the visitor's cookie. Below a domain of one's own all previews are of one
 * site, so that SameSite does not part them: the page of another devbox must not act in this one. Other ports of the same devbox may.
 */
import type { IncomingHttpHeaders } from "node:http";
import { type PreviewBase, type PreviewTarget, parsePreviewHost } from "../../lib/domain/preview-host.ts";

export function isForeignPage(
	headers: IncomingHttpHeaders,
	o: { base: PreviewBase; target: PreviewTarget; isNavigation: boolean },
): boolean {
	const site = headers["sec-fetch-site"];
	if (site === "same-origin" || site === "none") return false;
	if (headers.origin !== undefined) return !isOfSameBox(headers.origin, o);
	if (o.isNavigation || site === undefined) return false;
	return !isOfSameBox(headers.referer, o);
}

function isOfSameBox(page: string | undefined, o: { base: PreviewBase; target: PreviewTarget }): boolean {
	if (page === undefined || !URL.canParse(page)) return false;
	const { host, protocol } = new URL(page);
	return protocol === o.base.protocol && parsePreviewHost(o.base, host)?.label === o.target.label;
}
