/** The words for everything that can stand between a visitor and what listens in a devbox. */
import { AppError } from "../../lib/domain/errors.ts";
import { NothingListens, SilentBox, TooManyConnections } from "./box-connections.ts";
import type { PreviewNotice } from "./preview-pages.ts";
import type { PreviewAccess } from "./preview-sessions.ts";

type Where = { dashboard: string; access: PreviewAccess };

export function notSignedInNotice(): PreviewNotice {
	return {
		status: 401,
		code: "unauthenticated",
		title: "Not signed in",
		text: "This preview is its devbox's owner's alone. Open it in a browser that is signed in to the dashboard, or ask for a link with POST /devboxes/{id}/previews.",
	};
}

export function foreignPageNotice(): PreviewNotice {
	return {
		status: 403,
		code: "forbidden",
		title: "Refused",
		text: "A page of another origin made this request. Only pages of the same devbox may use its previews.",
	};
}

export function noHttp2Notice(): PreviewNotice {
	return {
		status: 400,
		code: "bad_request",
		title: "Refused",
		text: "A preview cannot change to HTTP/2 on the way. Use HTTP/1.1.",
	};
}

export function spentTicketNotice(): PreviewNotice {
	return {
		status: 403,
		code: "forbidden",
		title: "This link does not work any more",
		text: "It was used before, has expired, or is for another address.",
		links: [{ href: "/", text: "Open the preview" }],
	};
}

export function notFoundNotice(o: { dashboard: string }): PreviewNotice {
	return {
		status: 404,
		code: "not_found",
		title: "There is no such devbox",
		text: "None of your devboxes has this name. It may be destroyed, or another person's: previews are for a devbox's owner alone.",
		links: [{ href: `${o.dashboard}/devboxes`, text: "Your devboxes" }],
	};
}

/** Requested and provisioning boxes come by themselves; a stopped or destroyed one does not. */
export function notRunningNotice({ access, dashboard }: Where): PreviewNotice {
	const reason = access.reason ? ` ${access.reason}` : "";
	const links = [{ href: `${dashboard}/devboxes/${access.devboxId}`, text: "Open the devbox in the dashboard" }];
	const { name } = access;
	if (access.state === "destroyed" || access.desiredState === "destroyed")
		return {
			status: 410,
			code: "destroyed",
			title: `${name} was destroyed`,
			text: `Nothing of it is left.${reason}`,
			links,
		};
	if (access.state === "failed")
		return { status: 503, code: "failed", title: `${name} has failed`, text: `Nothing runs in it.${reason}`, links };
	if (access.state === "stopped" || access.desiredState === "stopped")
		return {
			status: 503,
			code: "stopped",
			title: `${name} is stopped`,
			text: `Start it in the dashboard; this page then opens by itself.${reason}`,
			links,
			isRetrying: true,
		};
	return {
		status: 503,
		code: "not_ready",
		title: `${name} is being started`,
		text: "This page opens by itself when it is ready.",
		links,
		isRetrying: true,
	};
}

export function failureNotice(error: unknown, o: Where & { port: number }): PreviewNotice {
	const { name } = o.access;
	const dashboardLink = {
		href: `${o.dashboard}/devboxes/${o.access.devboxId}`,
		text: "Open the devbox in the dashboard",
	};
	if (error instanceof NothingListens)
		return {
			status: 502,
			code: "nothing_listens",
			title: `Nothing listens on port ${o.port} in ${name}`,
			text: "Start your server in the devbox, on 127.0.0.1 or on every address. This page opens by itself as soon as it answers.",
			links: [dashboardLink],
			isRetrying: true,
		};
	if (error instanceof TooManyConnections)
		return {
			status: 503,
			code: "rate_limited",
			title: `${name} has too many previews open`,
			text: "Its connections are all in use. Close pages or streams that you do not need; this page opens by itself.",
			isRetrying: true,
		};
	if (error instanceof SilentBox)
		return {
			status: 504,
			code: "timeout",
			title: `Port ${o.port} in ${name} says nothing`,
			text: "It took the request and has not begun an answer. Look at your server's output.",
			links: [dashboardLink],
		};
	if (error instanceof AppError)
		return {
			status: 503,
			code: error.code,
			title: `${name} cannot be reached right now`,
			text: error.message,
			links: [dashboardLink],
			isRetrying: error.code === "unavailable" || error.code === "timeout",
		};
	return {
		status: 502,
		code: "bad_answer",
		title: `Port ${o.port} in ${name} does not answer in HTTP`,
		text: "It closed the connection without an answer, or sent what is no HTTP. If your server speaks https, let it speak plain http: the way to it is encrypted already.",
		links: [dashboardLink],
	};
}

export function troubleNotice(error: unknown): PreviewNotice {
	if (error instanceof AppError && error.code === "unavailable")
		return {
			status: 503,
			code: "unavailable",
			title: "Not available right now",
			text: error.message,
			isRetrying: true,
		};
	return {
		status: 500,
		code: "internal",
		title: "Something failed on our side",
		text: "The server's log says what. Try again; if it stays, tell its operator.",
	};
}
