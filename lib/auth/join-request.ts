/** What the page of an invitation link asks the server, signed in or not. It is no part of the API, which answers nobody unknown. */
import { isInvitationSecret } from "../domain/invitation-link.ts";
import { type LinkGuard, lookAtInvitationLink, openLinkGuard } from "./invitation-links.ts";
import { type JoinCookie, joinCookie } from "./join-cookie.ts";
import { readPageActor } from "./page-session.ts";
import { webServer } from "./web-server.ts";

type Answer = {
	status: number;
	body: unknown;
	headers?: Record<string, string>;
	cookie?: JoinCookie & { value: string };
};

const bodyLengthMax = 1_024;
const guard: LinkGuard = openLinkGuard();

/**
 * Takes `{ secret, begin? }` as JSON, which no page of another site can send. Answers what the link is worth; with `begin` the
 * sign-in that follows in this browser will use it.
 */
export async function answerJoinRequest(request: Request): Promise<Answer> {
	const address = request.headers.get("x-forwarded-for") ?? "";
	const asked = await readAsked(request);
	if (!asked) return refusal(400, "Send { secret } as JSON.");
	const wait = await guard.waitSeconds(address);
	if (wait > 0) {
		const detail = `This address has tried too many links. Try again in ${wait} s.`;
		return { ...refusal(429, detail), headers: { "retry-after": String(wait) } };
	}
	const { config, db } = webServer();
	const look = await lookAtInvitationLink(db, { secret: asked.secret, viewer: await readPageActor() });
	if (look.kind === "unknown") await guard.countUnknown(address);
	const begins = asked.begin && look.kind === "open" && !look.viewer && isInvitationSecret(asked.secret);
	return {
		status: 200,
		body: look,
		...(begins ? { cookie: { ...joinCookie(config.publicUrl), value: asked.secret } } : {}),
	};
}

function refusal(status: number, detail: string): Answer {
	return { status, body: { detail } };
}

async function readAsked(request: Request): Promise<{ secret: string; begin: boolean } | null> {
	if (!request.headers.get("content-type")?.startsWith("application/json")) return null;
	const length = Number(request.headers.get("content-length"));
	if (!(length > 0 && length <= bodyLengthMax)) return null;
	try {
		const body: unknown = JSON.parse(await request.text());
		if (typeof body !== "object" || body === null) return null;
		const { secret, begin } = body as { secret?: unknown; begin?: unknown };
		return typeof secret === "string" ? { secret, begin: begin === true } : null;
	} catch {
		// No JSON: said by the caller.
		return null;
	}
}
