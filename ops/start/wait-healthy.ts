/** The product is up when each process has shown that it works: an answer of the API, a page, and the worker's look at its host. */
import http from "node:http";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { AppError } from "../../lib/domain/errors.ts";
import type { Product, ProductName } from "../processes/start-product.ts";

type HealthOptions = {
	product: Product;
	listen: { host: string; port: number };
	publicUrl: string;
	isTls: boolean;
	client: pg.Client;
	hostId: string;
	startedAt: Date;
	logDir: string;
	signal: AbortSignal;
	timeoutMs: number;
	onPhrase: (text: string) => void;
};

const answerTimeoutMs = 5_000;
const deathsMax = 4;

/** @throws AppError `unavailable` with the last words of the process that does not come up. */
export async function waitHealthy(o: HealthOptions): Promise<void> {
	const until = Date.now() + o.timeoutMs;
	const checks: [ProductName, () => Promise<boolean>][] = [
		["gateway", async () => (await statusOf(o, "/api/v1/devboxes")) === 401],
		["web", async () => (await statusOf(o, "/sign-in")) === 200],
		["worker", () => hasProbed(o)],
	];
	for (const [name, check] of checks) {
		o.onPhrase(`waiting for the ${name}`);
		while (!(await check())) {
			o.signal.throwIfAborted();
			const { [name]: process } = o.product;
			if (process.deaths() > deathsMax || Date.now() > until) throw notUp(o, name, process.tail());
			await delay(100, undefined, { signal: o.signal });
		}
	}
}

function notUp(o: HealthOptions, name: ProductName, tail: string): AppError {
	const said = tail.trim().split("\n").slice(-15).join("\n");
	const message = `The ${name} does not come up. It said:\n${said}\nIts log: ${o.logDir}/${name}.log. Then: npm run doctor`;
	return new AppError({ code: "unavailable", message });
}

/** The worker writes what it saw of each host; the row's clock and ours are compared in the database's time. */
async function hasProbed(o: HealthOptions): Promise<boolean> {
	const { rows } = await o.client.query<{ probed_at: Date | null }>("SELECT probed_at FROM hosts WHERE id = $1", [
		o.hostId,
	]);
	const probedAt = rows[0]?.probed_at;
	return probedAt !== undefined && probedAt !== null && probedAt >= o.startedAt;
}

/** The status that the gateway answers a browser at the public address with; null when it does not. */
export function statusOf(
	o: { listen: { host: string; port: number }; publicUrl: string; isTls: boolean },
	path: string,
): Promise<number | null> {
	return new Promise((resolve) => {
		const host = o.listen.host === "0.0.0.0" ? "127.0.0.1" : o.listen.host === "::" ? "::1" : o.listen.host;
		const publicUrl = new URL(o.publicUrl);
		const options = {
			host,
			port: o.listen.port,
			path,
			headers: { host: publicUrl.host },
			timeout: answerTimeoutMs,
			agent: false,
			// Our own listener, reached by its address: the certificate is for the public name.
			...(o.isTls ? { rejectUnauthorized: false, servername: publicUrl.hostname } : {}),
		};
		const request = (o.isTls ? https : http).get(options, (response) => {
			response.resume();
			response.on("end", () => resolve(response.statusCode ?? null));
			response.on("error", () => resolve(null));
		});
		request.on("timeout", () => request.destroy(new Error("no answer in time")));
		// Not listening yet is what is being waited for.
		request.on("error", () => resolve(null));
	});
}
