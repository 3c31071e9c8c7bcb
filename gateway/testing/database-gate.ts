/** A way to PostgreSQL that can be shut: what a restart looks like to its clients, for as long as a test wants. */
import { connect, createServer, type Server, type Socket } from "node:net";

export type DatabaseGate = {
	/** The same database, through the gate. */
	url: string;
	/** Cuts every connection and refuses new ones. */
	shut(): Promise<void>;
	open(): Promise<void>;
};

export async function openDatabaseGate(url: string): Promise<DatabaseGate> {
	const target = new URL(url);
	const sockets = new Set<Socket>();
	let server: Server | null = null;
	let port = 0;

	async function open(): Promise<void> {
		const opened = createServer((socket) => {
			const upstream = connect({ host: target.hostname, port: Number(target.port) });
			for (const end of [socket, upstream]) {
				sockets.add(end);
				// The other side hears of it by the close.
				end.on("error", () => end.destroy());
			}
			socket.on("close", () => upstream.destroy());
			upstream.on("close", () => socket.destroy());
			socket.pipe(upstream).pipe(socket);
		});
		await new Promise<void>((resolve) => opened.listen(port, "127.0.0.1", resolve));
		const address = opened.address();
		if (address === null || typeof address === "string") throw new Error("no port");
		port = address.port;
		server = opened;
	}

	await open();
	const gated = new URL(url);
	gated.hostname = "127.0.0.1";
	gated.port = String(port);
	return {
		url: gated.href,
		open,
		async shut() {
			const closing = server;
			server = null;
			const closed = new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
			for (const socket of sockets) socket.destroy();
			sockets.clear();
			await closed;
		},
	};
}
