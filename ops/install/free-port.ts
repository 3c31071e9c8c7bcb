import { createServer } from "node:net";
import { AppError } from "../../lib/domain/errors.ts";

/** Whether this address can be listened on now. */
export function isPortFree(host: string, port: number): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EADDRINUSE") return resolve(false);
			const message = `Cannot listen on ${host}:${port}: ${error.message}. Give another address: npm start -- --listen host:port`;
			reject(new AppError({ code: "unavailable", message, cause: error }));
		});
		server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
	});
}

/** `remembered` when it is still free on loopback, else another that the kernel gives. */
export async function freeLoopbackPort(remembered: number | null): Promise<number> {
	return freePort("127.0.0.1", [remembered]);
}

/** The first of these that is free on the address, else another that the kernel gives. */
export async function freePort(host: string, wanted: readonly (number | null)[]): Promise<number> {
	for (const port of wanted) if (port !== null && (await isPortFree(host, port))) return port;
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen({ host, port: 0 }, () => {
			const address = server.address();
			if (typeof address !== "object" || !address) return reject(new Error("the kernel gave no port"));
			server.close(() => resolve(address.port));
		});
	});
}
