/** `GET /.devbox/preview` on a preview's origin: spends the ticket, sets the cookie of this origin, and goes on without either in the address. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "../../lib/db/database.ts";
import { type PreviewTarget, safePreviewPath } from "../../lib/domain/preview-host.ts";
import { previewSessionLifeMs, redeemPreviewTicket } from "../../lib/usecases/previews/redeem-preview-ticket.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { redirect } from "./authorize-endpoint.ts";
import { spentTicketNotice } from "./notices.ts";
import { previewCookie } from "./preview-cookie.ts";
import { answerNotice } from "./preview-pages.ts";

export async function handOver(o: {
	request: IncomingMessage;
	response: ServerResponse;
	db: Database;
	target: PreviewTarget;
	edge: RequestEdge;
	/** A session that this browser has here already: a link that is opened again still leads somewhere. */
	isSignedIn: boolean;
}): Promise<void> {
	const { request, response, edge } = o;
	const { searchParams } = new URL(request.url ?? "/", "http://gateway.invalid");
	// A whole address: a path may begin with two slashes, which alone would name another host.
	const to = `${edge.protocol}://${edge.host}${safePreviewPath(searchParams.get("to"))}`;
	const isVisit = request.method === "GET";
	const ticket = searchParams.get("ticket") ?? "";
	const redeemed = isVisit
		? await redeemPreviewTicket(o, { ticket, target: o.target, address: edge.clientAddress })
		: null;
	if (redeemed) {
		const { protocol } = edge;
		const cookie = previewCookie({ protocol, token: redeemed.token, maxAgeMs: previewSessionLifeMs });
		return redirect(response, to, { "Set-Cookie": cookie });
	}
	if (isVisit && o.isSignedIn) return redirect(response, to);
	answerNotice(request, response, spentTicketNotice());
}
