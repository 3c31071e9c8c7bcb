/** `GET /preview/authorize` on the dashboard's origin: who is signed in here is handed over to the preview that they came from. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "../../lib/db/database.ts";
import { AppError } from "../../lib/domain/errors.ts";
import {
	dashboardSeenBy,
	type PreviewBase,
	type PreviewTarget,
	parsePreviewName,
	previewBaseSeenBy,
} from "../../lib/domain/preview-host.ts";
import type { Log } from "../../lib/log/log.ts";
import { authorizePreview } from "../../lib/usecases/previews/authorize-preview.ts";
import { type Credentials, readCookie } from "../credentials/credentials.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { notFoundNotice, troubleNotice } from "./notices.ts";
import { answerNotice } from "./preview-pages.ts";

export const authorizePath = "/preview/authorize";

export type AuthorizeOptions = {
	db: Database;
	credentials: Credentials;
	cookieName: string;
	publicUrl: URL;
	base: PreviewBase;
	readEdge: (request: IncomingMessage) => RequestEdge;
	log: Log;
};

/** Where a visitor of a preview without a session is sent to. `path` is what they wanted to see. */
export function authorizeUrl(o: { dashboard: string; target: PreviewTarget; path: string }): string {
	const url = new URL(authorizePath, o.dashboard);
	url.searchParams.set("preview", o.target.port === null ? o.target.label : `${o.target.port}--${o.target.label}`);
	url.searchParams.set("path", o.path);
	return url.href;
}

export async function answerAuthorize(
	request: IncomingMessage,
	response: ServerResponse,
	o: AuthorizeOptions,
): Promise<void> {
	const { host } = o.readEdge(request);
	const dashboard = dashboardSeenBy({ base: o.base, publicUrl: o.publicUrl, hostHeader: host });
	try {
		const url = new URL(request.url ?? "/", "http://gateway.invalid");
		const target = parsePreviewName(url.searchParams.get("preview") ?? "");
		// A page that loads this as a picture or the like would only make tickets.
		const isVisit = request.method === "GET" && (request.headers["sec-fetch-mode"] ?? "navigate") === "navigate";
		if (!target || !isVisit) return answerNotice(request, response, notFoundNotice({ dashboard }));
		const token = readCookie(request.headers.cookie, o.cookieName);
		const signedIn = token === null ? null : await o.credentials.find({ kind: "cookie", token });
		if (!signedIn)
			return redirect(response, `/sign-in?${new URLSearchParams({ next: `${url.pathname}${url.search}` })}`);
		const base = previewBaseSeenBy(o.base, host);
		const path = url.searchParams.get("path") ?? "/";
		redirect(response, await authorizePreview(o, signedIn.actor, { base, target, path }));
	} catch (error) {
		if (error instanceof AppError && error.code === "not_found")
			return answerNotice(request, response, notFoundNotice({ dashboard }));
		o.log.warn({ err: error }, "a visitor could not be handed over to a preview");
		answerNotice(request, response, troubleNotice(error));
	}
}

/** Never kept, and nobody learns where it came from: addresses here hold tickets. */
export function redirect(response: ServerResponse, to: string, headers: Record<string, string> = {}): void {
	response.writeHead(303, {
		Location: to,
		"Cache-Control": "no-store",
		"Referrer-Policy": "no-referrer",
		"Content-Length": "0",
		...headers,
	});
	response.end();
}
