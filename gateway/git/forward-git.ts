/**
 * One request of git, passed on to GitHub with the credential that the box does not have. The address is checked at connect, a redirect
 * is an answer that goes nowhere, and of the answer's head only what git needs comes back.
 */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../lib/domain/errors.ts";
import type { SecretText } from "../../lib/domain/secret-text.ts";
import type { AddressGuard } from "../../lib/net/address-guard.ts";

export const gitBodyBytesMax = 2 * 2 ** 30;
const answerBytesMax = 8 * 2 ** 30;
const silenceMsMax = 120_000;
const totalMsMax = 30 * 60_000;

const passedOn = [
	"content-type",
	"content-encoding",
	"content-length",
	"accept",
	"git-protocol",
	"user-agent",
] as const;
const passedBack = ["content-type", "content-encoding", "cache-control"] as const;

/** What has gone through so far; `status` is null until GitHub has answered. */
export type Forwarded = { status: number | null; bytesUp: number; bytesDown: number };

type Forwarding = {
	request: IncomingMessage;
	response: ServerResponse;
	/** Where at GitHub. */
	url: URL;
	token: SecretText;
	guard: AddressGuard;
	signal: AbortSignal;
	/** Sees the body on its way. */
	onBody?: (chunk: Buffer) => void;
	/** Kept up to date, so that a request which breaks off still says what it did. */
	forwarded: Forwarded;
};

/** Throws AppError `unavailable` before an answer has begun; after that, the answer breaks off. */
export async function forwardGit(o: Forwarding): Promise<void> {
	const { forwarded } = o;
	const up = counted(gitBodyBytesMax, (chunk, bytes) => {
		forwarded.bytesUp = bytes;
		o.onBody?.(chunk);
	});
	const down = counted(answerBytesMax, (_chunk, bytes) => {
		forwarded.bytesDown = bytes;
	});
	const signal = AbortSignal.any([o.signal, AbortSignal.timeout(totalMsMax)]);
	const answer = await send(o, { up, signal });
	const status = answer.statusCode ?? 502;
	forwarded.status = status;
	const refusal = refusalOf(status, o.url);
	if (refusal) {
		answer.destroy();
		throw refusal;
	}
	o.response.writeHead(status, headersOf(answer, passedBack));
	await pipeline(answer, down, o.response, { signal });
}

function send(o: Forwarding, { up, signal }: { up: Transform; signal: AbortSignal }): Promise<IncomingMessage> {
	const { request, url, guard } = o;
	guard.requireHost(url.hostname);
	const authorization = `Basic ${Buffer.from(`x-access-token:${o.token.reveal()}`).toString("base64")}`;
	return new Promise((resolve, reject) => {
		const fail = (cause: unknown) => reject(cause instanceof AppError ? cause : unreachable(url, cause));
		const upstream = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
			method: request.method,
			headers: { ...headersOf(request, passedOn), authorization },
			lookup: guard.lookup,
			agent: false,
			signal,
			timeout: silenceMsMax,
		});
		upstream.once("timeout", () => upstream.destroy(new Error("silent for too long")));
		upstream.once("response", resolve);
		upstream.on("error", fail);
		pipeline(request, up, upstream).catch(fail);
	});
}

function headersOf(message: IncomingMessage, names: readonly string[]): Record<string, string> {
	return Object.fromEntries(
		names.flatMap((name) => {
			const value = message.headers[name];
			return typeof value === "string" ? [[name, value]] : [];
		}),
	);
}

/** Null: the answer is for git. */
function refusalOf(status: number, { host }: URL): AppError | null {
	if (status === 200) return null;
	const refused = (message: string) => new AppError({ code: "forbidden", message });
	if (status === 401) return refused(`${host} refused your connection. Reconnect GitHub in the settings.`);
	if (status === 403) return refused(`${host} does not let your account do that with this repository.`);
	if (status === 404) return refused(`${host} does not give this repository to your account any more.`);
	if (status >= 300 && status < 400)
		return refused(`${host} answered with a redirect, which is not followed with your credential.`);
	return new AppError({ code: "unavailable", message: `${host} answered with status ${status}. Try again later.` });
}

function unreachable({ host }: URL, cause: unknown): AppError {
	return new AppError({ code: "unavailable", message: `${host} could not be reached. Try again later.`, cause });
}

/** `on` gets each chunk, and how much has come with it. */
function counted(bytesMax: number, on: (chunk: Buffer, bytes: number) => void): Transform {
	let bytes = 0;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			bytes += chunk.length;
			on(chunk, bytes);
			if (bytes > bytesMax) done(tooLarge(bytesMax));
			else done(null, chunk);
		},
	});
}

function tooLarge(bytesMax: number): AppError {
	return new AppError({
		code: "too_large",
		message: `More than ${bytesMax / 2 ** 30} GiB at once do not go through. Push in smaller parts.`,
	});
}
