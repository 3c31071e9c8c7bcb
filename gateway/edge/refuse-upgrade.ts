import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** Answers an upgrade with plain HTTP and closes. `message` must be our own words: it goes out as it is. */
export function refuseUpgrade(socket: Duplex, status: number, message: string): void {
	if (socket.destroyed || !socket.writable) {
		socket.destroy();
		return;
	}
	const body = Buffer.from(`${message}\n`);
	const head = [
		`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
		"Connection: close",
		"Content-Type: text/plain; charset=utf-8",
		"X-Content-Type-Options: nosniff",
		`Content-Length: ${body.length}`,
		"",
		"",
	];
	socket.end(Buffer.concat([Buffer.from(head.join("\r\n")), body]));
	// Whoever does not close their side is not waited for.
	socket.once("finish", () => socket.destroy());
}
