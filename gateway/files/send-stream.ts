/** Bytes from a box into an HTTP answer, as fast as the client takes them and no faster. */
import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { openIdleDeadline } from "../../lib/usecases/files/idle-deadline.ts";
import { roomIn, withinSignal } from "../../lib/usecases/files/within-signal.ts";

type Outgoing = HttpBindings["outgoing"];

export type SendInput = {
	bindings: HttpBindings;
	status: 200 | 206;
	/** With what a trailer shall say left out. */
	headers: Record<string, string>;
	chunks: AsyncIterable<Buffer>;
	/** Bytes that must come; less is a broken transfer. Null where nobody knows. */
	length: number | null;
	/** Trailers, given the SHA-256 of what was sent; asked only of a client that takes them. */
	trailers: (sha256: string) => Record<string, string>;
	trailerNames: readonly string[];
	/** Told where the length cannot be, since a trailer needs the chunked form. */
	sizeHeader: string | null;
	signal: AbortSignal;
};

export function takesTrailers(bindings: HttpBindings): boolean {
	const { te = "" } = bindings.incoming.headers;
	return bindings.incoming.httpVersion === "1.1" && /(^|[\s,])trailers($|[\s,;])/i.test(String(te));
}

/**
 * Throws what goes wrong before the first byte has come, so that it can still be answered; a transfer that breaks later ends with
 * its connection, since a client must not take the part for the whole.
 */
export async function sendStream(o: SendInput): Promise<Response> {
	const outgoing = o.bindings.outgoing as Outgoing & { addTrailers?: (trailers: Record<string, string>) => void };
	const deadline = openIdleDeadline({ signal: o.signal });
	const iterator = o.chunks[Symbol.asyncIterator]();
	try {
		const first = await withinSignal(iterator.next(), deadline.signal);
		const hasTrailers = o.trailerNames.length > 0 && takesTrailers(o.bindings);
		const headers = headersOf(o, hasTrailers);
		if (o.bindings.incoming.method === "HEAD") return new Response(null, { status: o.status, headers });
		outgoing.writeHead(o.status, headers);
		const hash = hasTrailers ? createHash("sha256") : null;
		let sent = 0;
		for (let next = first; !next.done; next = await withinSignal(iterator.next(), deadline.signal)) {
			hash?.update(next.value);
			sent += next.value.length;
			if (o.length !== null && sent > o.length) throw new Error("the box sent more than was asked for");
			deadline.touch();
			if (!outgoing.write(next.value)) await roomIn(outgoing as Writable, deadline.signal);
		}
		if (o.length !== null && sent !== o.length) throw new Error("the file became shorter while it was sent");
		if (hash) outgoing.addTrailers?.(o.trailers(hash.digest("hex")));
		outgoing.end();
	} catch (error) {
		if (!outgoing.headersSent) throw error;
		outgoing.destroy();
	} finally {
		deadline.close();
		// Closing what a broken transfer left open may take the box's answer: nobody waits for it.
		void Promise.resolve(iterator.return?.()).catch(() => undefined);
	}
	return RESPONSE_ALREADY_SENT;
}

function headersOf(o: SendInput, hasTrailers: boolean): Record<string, string> {
	const headers = { ...o.headers };
	if (!hasTrailers) return o.length === null ? headers : { ...headers, "Content-Length": String(o.length) };
	if (o.length !== null && o.sizeHeader !== null) headers[o.sizeHeader] = String(o.length);
	return { ...headers, Trailer: o.trailerNames.join(", ") };
}
