/**
 * Requests per second over kept-alive connections with one request under way on each. The client does as little as it can: it runs
 * on the cores that it measures.
 */
import { connect } from "node:net";
import { type Samples, summarise, timeMs } from "./figures.ts";
import { inTurns } from "./in-turns.ts";

export type HttpTarget = { host: string; port: number; path: string; headers: Record<string, string> };

const answerTimeoutMs = 30_000;

/** In turns: `rounds` times `requests` over `connections` to each. Rejects at any answer that is not 200. */
export async function measureRates<K extends string>(
	targets: Record<K, HttpTarget>,
	o: { rounds: number; requests: number; connections: number },
): Promise<Record<K, Samples>> {
	const rates = await inTurns(targets, o.rounds, (target) => measureRate(target, o));
	const entries = Object.entries<number[]>(rates).map(([name, samples]) => [name, summarise(samples)]);
	return Object.fromEntries(entries) as Record<K, Samples>;
}

async function measureRate(target: HttpTarget, o: { requests: number; connections: number }): Promise<number> {
	let left = o.requests;
	const take = () => left-- > 0;
	const { ms } = await timeMs(() =>
		Promise.all(Array.from({ length: o.connections }, () => useConnection(target, take))),
	);
	return o.requests / (ms / 1000);
}

function useConnection(target: HttpTarget, take: () => boolean): Promise<void> {
	const headers = Object.entries({ host: `${target.host}:${target.port}`, ...target.headers });
	const head = [`GET ${target.path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
	const request = `${head.join("\r\n")}\r\n\r\n`;
	return new Promise((resolve, reject) => {
		const socket = connect(target.port, target.host);
		let answer = "";
		let isDone = false;
		const next = () => {
			answer = "";
			if (take()) return void socket.write(request);
			isDone = true;
			socket.end();
		};
		socket.setNoDelay(true);
		socket.setTimeout(answerTimeoutMs, () => socket.destroy(new Error(`No answer within ${answerTimeoutMs} ms`)));
		socket.once("connect", next);
		socket.on("data", (chunk) => {
			answer += chunk.toString("latin1");
			if (!isWhole(answer)) return;
			if (answer.startsWith("HTTP/1.1 200 ")) next();
			else socket.destroy(new Error(`${target.path} answered ${answer.slice(0, 300)}`));
		});
		socket.once("error", reject);
		socket.once("close", () => {
			if (isDone) resolve();
			else reject(new Error(`${target.host}:${target.port} closed a connection that was in use`));
		});
	});
}

/** The one answer that is under way, by its length or by its last chunk. */
function isWhole(answer: string): boolean {
	const headEnd = answer.indexOf("\r\n\r\n");
	if (headEnd < 0) return false;
	const length = /^content-length: *(\d+)\r?$/im.exec(answer.slice(0, headEnd))?.[1];
	return length === undefined ? answer.endsWith("\r\n0\r\n\r\n") : answer.length >= headEnd + 4 + Number(length);
}
