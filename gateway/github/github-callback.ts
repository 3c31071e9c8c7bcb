/**
 * `/api/auth/callback/github/connect`: a browser comes back from GitHub with a code. Whoever is at that browser lends a GitHub account, so
 * it must be lent to the right person:
 *
 * - signed in here as who began the flow: connected.
 * - signed in here as somebody else: refused.
 * - not signed in, and the flow was begun in a signed-in browser: refused; this is another browser.
 * - not signed in, and the flow was begun by a program with a token: the person is asked, and told whose account it is going to be.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { recordAudit } from "../../lib/db/audit-events.ts";
import type { Database } from "../../lib/db/database.ts";
import type { GithubOauthStateRow } from "../../lib/db/github-oauth-states.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Github } from "../../lib/github/open-github.ts";
import type { Log } from "../../lib/log/log.ts";
import { type Credentials, readCookie, type SignedIn } from "../credentials/credentials.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { isSameOriginRequest } from "../edge/same-origin.ts";
import { answerPage, type CallbackPage } from "./callback-pages.ts";

export type GithubCallbackOptions = {
	deps: { db: Database };
	github: Pick<Github, "flow" | "setup">;
	credentials: Credentials;
	cookieName: string;
	publicUrl: URL;
	readEdge: (request: IncomingMessage) => RequestEdge;
	log: Log;
};

type Visit = { request: IncomingMessage; response: ServerResponse };
type Returned = { state: string; code: string; error: string };

/** What `github_reason` says beside `github=failed`. */
type FailureReason = "denied" | "code_refused" | "unavailable" | "internal";

const formBytesMax = 8_192;

export function openGithubCallback(o: GithubCallbackOptions) {
	return (request: IncomingMessage, response: ServerResponse): void => {
		answer(o, { request, response }).catch((error: unknown) => {
			o.log.error({ err: error }, "a browser came back from GitHub, and was not served");
			if (response.headersSent) return void response.destroy();
			answerPage(response, troublePage(error));
		});
	};
}

async function answer(o: GithubCallbackOptions, visit: Visit): Promise<void> {
	const { request, response } = visit;
	const isConfirmed = request.method === "POST";
	if (!isConfirmed && request.method !== "GET") return refuse(response, 405);
	if (isConfirmed && !isSameOriginRequest(request.headers, { edge: o.readEdge(request), publicUrl: o.publicUrl }))
		return refuse(response, 403);
	const returned = readReturned(isConfirmed ? await readForm(request) : queryOf(request));
	const flow = await o.github.flow.find(returned.state);
	if (!flow) return answerPage(response, spentPage(o));
	const token = readCookie(request.headers.cookie, o.cookieName);
	const signedIn = token === null ? null : await o.credentials.find({ kind: "cookie", token });
	const isOther = signedIn ? signedIn.actor.userId !== flow.userId : flow.credentialKind === "session";
	if (isOther) {
		await o.github.flow.drop(returned.state);
		return answerPage(response, otherPersonPage(o, signedIn));
	}
	if (returned.error || !returned.code) {
		await o.github.flow.drop(returned.state);
		return sendBack(response, flow, { reason: "denied" });
	}
	if (!signedIn && !isConfirmed) return answerPage(response, askPage(o, flow, returned));
	await finish(o, visit, { flow, returned, signedIn });
}

type Finishing = { flow: GithubOauthStateRow; returned: Returned; signedIn: SignedIn | null };

async function finish(o: GithubCallbackOptions, visit: Visit, { flow, returned, signedIn }: Finishing): Promise<void> {
	const { response } = visit;
	try {
		const { end, githubLogin } = await o.github.flow.finish(returned);
		if (end === "expired") return answerPage(response, spentPage(o));
		await noteConnection(o, visit, { flow, signedIn, githubLogin });
		sendBack(response, flow, end === "connected" ? null : { reason: "code_refused" });
	} catch (error) {
		o.log.warn({ err: error }, "a GitHub account could not be connected");
		const isAway = error instanceof AppError && error.code === "unavailable";
		sendBack(response, flow, { reason: isAway ? "unavailable" : "internal" });
	}
}

type Noted = { flow: GithubOauthStateRow; signedIn: SignedIn | null; githubLogin: string | null };

async function noteConnection(o: GithubCallbackOptions, { request }: Visit, noted: Noted): Promise<void> {
	const { flow, signedIn, githubLogin } = noted;
	const { userId, workspaceId, member } = flow;
	await recordAudit(o.deps.db.pool, {
		workspaceId,
		actor: signedIn?.actor ?? { kind: "system", userId, login: member.user.login },
		action: "github.connected",
		target: { kind: "github", id: userId, name: githubLogin },
		outcome: githubLogin === null ? "refused" : "success",
		address: o.readEdge(request).clientAddress,
		detail: { github_url: o.github.setup.baseUrl },
	});
}

function sendBack(
	response: ServerResponse,
	flow: GithubOauthStateRow,
	failure: { reason: FailureReason } | null,
): void {
	const url = new URL(flow.returnUrl);
	url.searchParams.set("github", failure ? "failed" : "connected");
	if (failure) url.searchParams.set("github_reason", failure.reason);
	response.writeHead(303, {
		Location: url.href,
		"Cache-Control": "no-store",
		"Referrer-Policy": "no-referrer",
		"Content-Length": "0",
	});
	response.end();
}

function queryOf(request: IncomingMessage): URLSearchParams {
	return new URL(request.url ?? "/", "http://gateway.invalid").searchParams;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		bytes += (chunk as Buffer).length;
		if (bytes > formBytesMax) throw new AppError({ code: "too_large", message: "This form is too large." });
		chunks.push(chunk as Buffer);
	}
	return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

function readReturned(fields: URLSearchParams): Returned {
	const textOf = (name: string) => (fields.get(name) ?? "").slice(0, 1_000);
	return { state: textOf("state"), code: textOf("code"), error: textOf("error") };
}

function refuse(response: ServerResponse, status: 403 | 405): void {
	const text = status === 405 ? "This address is opened by a browser." : "This form was not sent from our own page.";
	answerPage(response, { status, title: "Not possible", text });
}

function settingsLink(o: GithubCallbackOptions): CallbackPage["link"] {
	return { href: new URL("/settings/github", o.publicUrl).href, text: "Settings, GitHub" };
}

function spentPage(o: GithubCallbackOptions): CallbackPage {
	return {
		status: 410,
		title: "This attempt to connect GitHub is over",
		text: "It was finished already, or it took longer than ten minutes. Begin again where you began.",
		link: settingsLink(o),
	};
}

function otherPersonPage(o: GithubCallbackOptions, signedIn: SignedIn | null): CallbackPage {
	return {
		status: 403,
		title: "Nothing was connected",
		text: signedIn
			? `This attempt was begun by another user than ${signedIn.actor.login}, who is signed in here. If somebody sent you this link, they wanted your GitHub account for theirs.`
			: "This attempt was begun in another browser, or your session has ended. Sign in, and begin again.",
		link: settingsLink(o),
	};
}

function askPage(o: GithubCallbackOptions, flow: GithubOauthStateRow, { state, code }: Returned): CallbackPage {
	const { user, workspace } = flow.member;
	const host = new URL(o.github.setup.baseUrl).host;
	const cancelUrl = new URL(flow.returnUrl);
	cancelUrl.searchParams.set("github", "failed");
	cancelUrl.searchParams.set("github_reason", "denied");
	return {
		status: 200,
		title: `Connect your ${host} account to ${user.login}?`,
		text: `The Devbox user ${user.login} of the workspace ${workspace.name} will be able to read and push to the repositories of your ${host} account. Go on only if that user is you.`,
		ask: { fields: { state, code }, confirm: `Connect to ${user.login}`, cancelUrl: cancelUrl.href },
	};
}

function troublePage(error: unknown): CallbackPage {
	const isKnown = error instanceof AppError;
	return {
		status: isKnown ? 503 : 500,
		title: "GitHub could not be connected",
		text: isKnown ? error.message : "Something failed on our side. Begin again; the server's log says more.",
	};
}
