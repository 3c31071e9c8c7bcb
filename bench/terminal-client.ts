/** A terminal as the dashboard opens it, without a browser: ticket, WebSocket, acknowledgements. */
import { WebSocket } from "ws";
import type { Product } from "./product.ts";

export type TerminalClient = {
	write(text: string): void;
	/** Resolves when the output since the last call of `clear` matches. */
	waitFor(pattern: RegExp, timeoutMs: number): Promise<void>;
	clear(): void;
	/** Called with each piece of output. */
	onOutput(listener: (text: string) => void): () => void;
	close(): void;
};

export async function openTerminal(product: Product, devboxId: string, name: string): Promise<TerminalClient> {
	const { url } = await product.api.createTerminalTicket({ id: devboxId, terminal: name });
	const socket = new WebSocket(`${product.url.replace(/^http/, "ws")}${url}`, {
		headers: { cookie: product.cookie, origin: product.url },
		perMessageDeflate: false,
	});
	const listeners = new Set<(text: string) => void>();
	let seen = "";
	await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
	socket.send(JSON.stringify({ type: "resize", cols: 120, rows: 40 }));
	socket.on("message", (data: Buffer, isBinary) => {
		if (!isBinary) return;
		socket.send(JSON.stringify({ type: "ack", bytes: data.length }));
		const text = data.toString();
		seen = (seen + text).slice(-65_536);
		for (const listener of listeners) listener(text);
	});
	const onOutput = (listener: (text: string) => void) => {
		listeners.add(listener);
		return () => listeners.delete(listener);
	};
	return {
		write: (text) => socket.send(Buffer.from(text)),
		clear: () => {
			seen = "";
		},
		onOutput,
		waitFor: (pattern, timeoutMs) =>
			new Promise((resolve, reject) => {
				if (pattern.test(seen)) return resolve();
				const timer = setTimeout(
					() => end(new Error(`No ${pattern} in the terminal within ${timeoutMs} ms`)),
					timeoutMs,
				);
				const stop = onOutput(() => {
					if (pattern.test(seen)) end(null);
				});
				function end(error: Error | null): void {
					clearTimeout(timer);
					stop();
					if (error) reject(error);
					else resolve();
				}
			}),
		close: () => socket.close(),
	};
}
