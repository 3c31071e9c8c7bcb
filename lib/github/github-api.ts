/** GitHub's REST API, as much of it as is needed: every answer is bounded, checked, and one of a few kinds. */
import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { githubApiUrl } from "../domain/github-url.ts";
import type { SecretText } from "../domain/secret-text.ts";
import type { GuardedFetch, GuardedResponse } from "../net/guarded-fetch.ts";
import { githubDown, rateLimited } from "./github-errors.ts";

export type GithubAnswer<T> =
	| { kind: "ok"; value: T; pagesMax: number }
	/** 401: revoked, expired, or never one. */
	| { kind: "token_refused" }
	/** Gone, or not for this account; GitHub tells one from the other by single sign-on alone. */
	| { kind: "missing"; why: string };

type Asking<S extends z.ZodType> = {
	token: SecretText;
	/** Below the API's address, its parts encoded. */
	path: string;
	query?: Readonly<Record<string, string | number>>;
	schema: S;
	timeoutMs?: number;
	signal?: AbortSignal;
};

export type GithubApi = {
	/** Throws AppError `unavailable` while GitHub is down, slow, limits us, or answers what is no answer of GitHub's. */
	get<S extends z.ZodType>(o: Asking<S>): Promise<GithubAnswer<z.infer<S>>>;
};

const requestTimeoutMs = 10_000;
const redirectsMax = 3;
/** Where GitHub limits us and does not say for how long. */
const limitSecondsDefault = 60;
const limitSecondsMax = 3_600;

export const githubHeaders = {
	accept: "application/vnd.github+json",
	"user-agent": "devbox",
	"x-github-api-version": "2022-11-28",
} as const;

export function openGithubApi(o: { fetch: GuardedFetch; baseUrl: string; now: () => number }): GithubApi {
	const root = githubApiUrl(o.baseUrl);
	const host = new URL(o.baseUrl).host;
	return {
		async get({ token, path, query = {}, schema, timeoutMs = requestTimeoutMs, signal }) {
			const url = new URL(`${root}${path}`);
			for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
			const headers = { ...githubHeaders, authorization: `Bearer ${token.reveal()}` };
			const response = await reach(host, () =>
				o.fetch({ url: url.href, headers, redirectsMax, isOriginFixed: true, timeoutMs, signal }),
			);
			if (response.status === 200)
				return {
					kind: "ok",
					value: parseBody({ host, response, schema }),
					pagesMax: lastPage(response.headers.link),
				};
			if (response.status === 401) return { kind: "token_refused" };
			throwIfLimited({ host, response, now: o.now() });
			if (response.status >= 500) throw githubDown({ host, what: `failed (it answered ${response.status})` });
			return { kind: "missing", why: whyMissing(host, response) };
		},
	};
}

/** What keeps a request from being answered at all, in words about GitHub. */
export async function reach(host: string, call: () => Promise<GuardedResponse>): Promise<GuardedResponse> {
	try {
		return await call();
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		if (error.code === "timeout") throw githubDown({ host, what: "is too slow to answer", cause: error });
		if (error.code === "unavailable") throw githubDown({ host, what: "cannot be reached", cause: error });
		if (error.code === "invalid")
			throw githubDown({
				host,
				what: "is on a private network, which the operator of this server has to allow (DEVBOX_ALLOWED_ADDRESSES)",
				cause: error,
			});
		throw githubDown({ host, what: "answered what is not understood here", cause: error });
	}
}

export function parseBody<S extends z.ZodType>(o: { host: string; response: GuardedResponse; schema: S }): z.infer<S> {
	let json: unknown;
	try {
		json = JSON.parse(o.response.body.toString("utf8"));
	} catch {
		// Said below: a page of a proxy in between, usually.
		json = undefined;
	}
	const parsed = o.schema.safeParse(json);
	if (parsed.success) return parsed.data;
	throw githubDown({ host: o.host, what: "answered what is not understood here", cause: parsed.error.message });
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, with one of three marks. */
export function throwIfLimited(o: { host: string; response: GuardedResponse; now: number }): void {
	const { status, headers, body } = o.response;
	if (status !== 403 && status !== 429) return;
	const isSpent = headers["x-ratelimit-remaining"] === "0";
	const retryAfter = Number(headers["retry-after"]);
	const isSaid = /rate limit|abuse detection/i.test(body.subarray(0, 2_000).toString("utf8"));
	if (status === 403 && !isSpent && !Number.isFinite(retryAfter) && !isSaid) return;
	const untilReset = Number(headers["x-ratelimit-reset"]) - o.now / 1_000;
	const seconds = Number.isFinite(retryAfter) ? retryAfter : isSpent ? untilReset : limitSecondsDefault;
	const known = Number.isFinite(seconds) ? seconds : limitSecondsDefault;
	throw rateLimited(o.host, Math.min(limitSecondsMax, Math.max(1, Math.ceil(known))));
}

function whyMissing(host: string, { status, headers }: GuardedResponse): string {
	if (status === 403 && headers["x-github-sso"] !== undefined)
		return `its organisation asks for single sign-on. Authorise this application for it at ${host}, then connect again.`;
	if (status === 403) return `${host} refuses it to your account.`;
	if (status === 451) return `${host} has taken it down.`;
	return "it is gone, was renamed away, or your GitHub account has no access to it.";
}

/** Of a Link header; 1 when there is none. */
function lastPage(link: IncomingHttpHeaders["link"]): number {
	const header = Array.isArray(link) ? link.join(",") : (link ?? "");
	for (const part of header.split(",")) {
		const [, address, rel] = /<([^>]*)>\s*;.*rel="(\w+)"/.exec(part) ?? [];
		if (rel !== "last" || address === undefined) continue;
		const page = Number(URL.parse(address, "https://github.invalid")?.searchParams.get("page"));
		if (Number.isSafeInteger(page) && page > 0) return page;
	}
	return 1;
}
