/** What a preview's origin shows when the devbox does not: small pages of ours for people, JSON for everything else. */
import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { escapeHtml } from "../edge/escape-html.ts";

export type PreviewNotice = {
	status: number;
	/** Our own code, as the API has them; `x-devbox-preview` carries it, which nothing in a devbox can send. */
	code: string;
	title: string;
	text: string;
	/** The page looks again by itself until something else answers. */
	isRetrying?: boolean;
	links?: { href: string; text: string; note?: string }[];
};

const noticeHeader = "X-Devbox-Preview";
const retryMs = 1_500;
const retrySeconds = 3;

/** A person's browser going somewhere, as opposed to a page's own requests and to programs. */
export function isNavigation(request: Pick<IncomingMessage, "method" | "headers">): boolean {
	if (request.method !== "GET") return false;
	const mode = request.headers["sec-fetch-mode"];
	return mode === undefined ? acceptsHtml(request.headers) : mode === "navigate";
}

function acceptsHtml(headers: IncomingHttpHeaders): boolean {
	return (headers.accept ?? "").includes("text/html");
}

/** Does nothing when the answer has begun: then it is cut off instead. */
export function answerNotice(request: IncomingMessage, response: ServerResponse, notice: PreviewNotice): void {
	if (response.destroyed) return;
	if (response.headersSent) return void response.destroy();
	const isPage = isNavigation(request);
	const nonce = randomBytes(16).toString("base64");
	response.writeHead(notice.status, {
		"Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer",
		"Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'`,
		[noticeHeader]: notice.code,
		"Content-Type": isPage ? "text/html; charset=utf-8" : "application/json",
		...(notice.isRetrying ? { "Retry-After": String(retrySeconds) } : {}),
		// Who is told no while still sending cannot use this connection again.
		...(request.complete ? {} : { Connection: "close" }),
	});
	const body = isPage ? pageOf(notice, nonce) : `${JSON.stringify({ detail: notice.text, code: notice.code })}\n`;
	response.end(request.method === "HEAD" ? undefined : body);
}

function pageOf(notice: PreviewNotice, nonce: string): string {
	const links = (notice.links ?? []).map(
		({ href, text, note }) =>
			`<li><a href="${escapeHtml(href)}">${escapeHtml(text)}</a>${note ? ` <span>${escapeHtml(note)}</span>` : ""}</li>`,
	);
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(notice.title)}</title>
${notice.isRetrying ? `<noscript><meta http-equiv="refresh" content="${retrySeconds}"></noscript>` : ""}
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { min-height: 100vh; margin: 0; display: grid; place-content: center; padding: 1rem; box-sizing: border-box; }
main { max-width: 34rem; overflow-wrap: anywhere; }
h1 { font-size: 1.1rem; font-weight: 600; margin: 0 0 .25rem; }
p { margin: 0; color: color-mix(in srgb, currentColor 72%, transparent); }
ul { margin: 1rem 0 0; padding: 0; list-style: none; }
li { margin: .25rem 0; }
a { color: inherit; text-underline-offset: 2px; }
span { color: color-mix(in srgb, currentColor 72%, transparent); margin-left: .5rem; }
</style>
<main>
<h1>${escapeHtml(notice.title)}</h1>
<p role="status">${escapeHtml(notice.text)}</p>
${links.length > 0 ? `<ul>${links.join("\n")}</ul>` : ""}
</main>
${notice.isRetrying ? `<script nonce="${nonce}">${retryScript(notice.code)}</script>` : ""}
</html>
`;
}

/** HEAD, so that looking does not load the page; whatever is not this notice is worth showing. */
function retryScript(code: string): string {
	return `(function look() {
	setTimeout(function () {
		if (document.hidden) return look();
		fetch(location.href, { method: "HEAD", cache: "no-store", redirect: "manual" }).then(function (answer) {
			if (answer.headers.get("${noticeHeader}") === "${code}") look(); else location.reload();
		}, look);
	}, ${retryMs});
})();`;
}
