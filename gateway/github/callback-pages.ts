/** What a browser that comes back from GitHub sees when it is not simply sent on: small pages of ours that run no script. */
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { escapeHtml } from "../edge/escape-html.ts";

export type CallbackPage = {
	status: number;
	title: string;
	text: string;
	/** Asked before anything is done; posts these fields to the same address. */
	ask?: { fields: Readonly<Record<string, string>>; confirm: string; cancelUrl: string };
	link?: { href: string; text: string };
};

export function answerPage(response: ServerResponse, page: CallbackPage): void {
	const nonce = randomBytes(16).toString("base64");
	// A browser applies `form-action` to where the answer of the form redirects as well.
	const action = page.ask ? `'self' ${new URL(page.ask.cancelUrl).origin}` : "'none'";
	response.writeHead(page.status, {
		"Content-Type": "text/html; charset=utf-8",
		"Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer",
		"X-Frame-Options": "DENY",
		"Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action ${action}; frame-ancestors 'none'`,
	});
	response.end(pageOf(page, nonce));
}

function pageOf(page: CallbackPage, nonce: string): string {
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { min-height: 100vh; margin: 0; display: grid; place-content: center; padding: 1rem; box-sizing: border-box; }
main { max-width: 34rem; overflow-wrap: anywhere; }
h1 { font-size: 1.1rem; font-weight: 600; margin: 0 0 .25rem; }
p { margin: 0; }
form, .link { margin-top: 1.25rem; display: flex; gap: .75rem; align-items: center; flex-wrap: wrap; }
button { font: inherit; font-weight: 500; padding: .4rem .9rem; border-radius: .4rem; border: 1px solid; cursor: pointer; color: Canvas; background: CanvasText; }
a { color: inherit; text-underline-offset: 2px; }
</style>
<main>
<h1>${escapeHtml(page.title)}</h1>
<p>${escapeHtml(page.text)}</p>
${page.ask ? formOf(page.ask) : ""}
${page.link ? `<p class="link"><a href="${escapeHtml(page.link.href)}">${escapeHtml(page.link.text)}</a></p>` : ""}
</main>
</html>
`;
}

function formOf({ fields, confirm, cancelUrl }: NonNullable<CallbackPage["ask"]>): string {
	const inputs = Object.entries(fields).map(
		([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
	);
	return `<form method="post">${inputs.join("")}<button>${escapeHtml(confirm)}</button><a href="${escapeHtml(cancelUrl)}">Cancel</a></form>`;
}
