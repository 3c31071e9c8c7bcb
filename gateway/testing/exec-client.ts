/** Speaks the exec API as a client does: server-sent events in, bytes out. */
import type { ExecResponse } from "../../lib/contract/execs.ts";
import type { RequestOptions, TestGateway, TestPerson } from "./test-gateway.ts";

export type ExecEvent = { event: string; data: Record<string, unknown> };

export type ExecOutcome = {
	/** The first event. */
	exec: ExecResponse;
	/** The last one, when it was `exit`. */
	exit: ExecResponse | null;
	error: { code: string; detail: string } | null;
	stdout: Buffer;
	stderr: Buffer;
	events: ExecEvent[];
};

/** The events of an answer, one by one as they come. */
export async function* readExecEvents(response: Response): AsyncGenerator<ExecEvent> {
	if (response.status !== 200 || !response.body)
		throw new Error(`the stream answered ${response.status}: ${await response.text()}`);
	let text = "";
	for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
		text += chunk;
		const blocks = text.split("\n\n");
		text = blocks.pop() ?? "";
		for (const block of blocks) {
			const event = /^event: (.*)$/m.exec(block)?.[1];
			const data = /^data: (.*)$/m.exec(block)?.[1];
			if (event && data) yield { event, data: JSON.parse(data) };
		}
	}
}

/** Reads to the end. Offsets are checked: output without a gap is whole. */
export async function readOutcome(response: Response, from = { stdout: 0, stderr: 0 }): Promise<ExecOutcome> {
	const outcome: Omit<ExecOutcome, "stdout" | "stderr"> & { stdout: Buffer[]; stderr: Buffer[] } = {
		exec: {} as ExecResponse,
		exit: null,
		error: null,
		stdout: [],
		stderr: [],
		events: [],
	};
	const at = { ...from };
	for await (const { event, data } of readExecEvents(response)) {
		if (event === "exec") outcome.exec = data as ExecResponse;
		else if (event === "exit") outcome.exit = data as ExecResponse;
		else if (event === "error") outcome.error = data as { code: string; detail: string };
		else if (event === "stdout" || event === "stderr") {
			if (data.offset !== at[event]) throw new Error(`${event} goes on at ${data.offset}, not at ${at[event]}`);
			const bytes = Buffer.from(String(data.data), "base64");
			at[event] += bytes.length;
			outcome[event].push(bytes);
			continue;
		} else if (event === "gap") at[data.stream as "stdout" | "stderr"] = Number(data.next_offset);
		outcome.events.push({ event, data });
	}
	return { ...outcome, stdout: Buffer.concat(outcome.stdout), stderr: Buffer.concat(outcome.stderr) };
}

/** Calls of one person about one box. */
export function createExecClient(gate: TestGateway, person: TestPerson, devboxId: string) {
	const path = `/api/v1/devboxes/${devboxId}/execs`;
	const ask = (at: string, o: RequestOptions = {}) =>
		gate.request(`${path}${at}`, { as: person, signal: AbortSignal.timeout(60_000), ...o });
	const json = async (response: Response, status: number): Promise<ExecResponse> => {
		if (response.status !== status) throw new Error(`${response.status}: ${await response.text()}`);
		return (await response.json()) as ExecResponse;
	};
	return {
		ask,
		run: async (body: unknown, o: RequestOptions = {}) => readOutcome(await ask("/run", { body, ...o })),
		create: async (body: unknown, o: RequestOptions = {}) => json(await ask("", { body, ...o }), 201),
		get: async (id: string) => json(await ask(`/${id}`), 200),
		cancel: async (id: string) => json(await ask(`/${id}`, { method: "DELETE" }), 202),
		signal: async (id: string, signal: string) => json(await ask(`/${id}/signal`, { body: { signal } }), 202),
		stream: (id: string, query = "") => ask(`/${id}/stream${query}`),
		write: (id: string, text: string, query = "") =>
			ask(`/${id}/stdin${query}`, {
				method: "POST",
				body: text,
				headers: { "content-type": "application/octet-stream" },
			}),
		logs: (id: string, stream: string, offset = 0) => ask(`/${id}/logs/${stream}?offset=${offset}`),
	};
}
