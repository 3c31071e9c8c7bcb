import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { expect, test } from "vitest";
import type { BoxFiles, BoxLink } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { StreamRequest } from "../api/create-api.ts";
import { sendDetachedLog } from "./exec-byte-routes.ts";

/** A log of 5 bytes; null: the file is not there. */
function linkTo(log: string | null) {
	const state = { isFileOpen: false, isSessionOpen: false };
	async function* read(start: number): AsyncGenerator<Buffer> {
		if (log === null) throw new AppError({ code: "not_found", message: "There is no such file in the devbox." });
		state.isFileOpen = true;
		try {
			for (const letter of log.slice(start)) yield Buffer.from(letter);
		} finally {
			state.isFileOpen = false;
		}
	}
	const files: Partial<BoxFiles> = {
		read: ({ start = 0 }) => Readable.from(read(start)),
		close: () => {
			state.isSessionOpen = false;
		},
	};
	const open = async () => {
		state.isSessionOpen = true;
		return files as BoxFiles;
	};
	return { state, link: { files: open } as Partial<BoxLink> as BoxLink };
}

async function ask(link: BoxLink, method: string): Promise<Response> {
	const input = { params: { exec_id: "exe_1", stream: "stdout" }, query: { offset: 2 } };
	const server = createServer((incoming, outgoing: ServerResponse) => {
		const request = { bindings: { incoming, outgoing }, input, requestId: "req_1" } as unknown;
		sendDetachedLog(link, request as StreamRequest<"getExecLogs">).then(
			(answer) => {
				if (answer !== RESPONSE_ALREADY_SENT)
					outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end();
			},
			(error: AppError) => outgoing.writeHead(error.code === "not_found" ? 404 : 500).end(error.message),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	try {
		const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { method });
		return new Response(await answer.arrayBuffer(), answer);
	} finally {
		server.close();
	}
}

test("a log comes from the offset on, and its file and session are closed", async () => {
	const { link, state } = linkTo("lines");
	const answer = await ask(link, "GET");
	expect([answer.status, answer.headers.get("devbox-log-offset"), await answer.text()]).toEqual([200, "2", "nes"]);
	await expect.poll(() => state).toEqual({ isFileOpen: false, isSessionOpen: false });
});

test("whoever asks for its head alone leaves nothing open in the box", async () => {
	const { link, state } = linkTo("lines");
	const answer = await ask(link, "HEAD");
	expect([answer.status, answer.headers.get("content-disposition")]).toEqual([
		200,
		'attachment; filename="exe_1.stdout"',
	]);
	await expect.poll(() => state).toEqual({ isFileOpen: false, isSessionOpen: false });
});

test("a log that was removed in the box is not found, in words", async () => {
	const { link, state } = linkTo(null);
	const answer = await ask(link, "GET");
	expect([answer.status, await answer.text()]).toEqual([
		404,
		expect.stringContaining(".local/state/devbox/execs/exe_1"),
	]);
	expect(state.isSessionOpen).toBe(false);
});
