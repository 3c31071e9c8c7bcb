/** The engine's API over its root socket: for setting a host up and taking it down. Boxes go through a restricted certificate. */
import type { z } from "zod";
import { EngineError } from "../../lib/engines/engine.ts";
import { IncusApi } from "../../lib/engines/incus/incus-api.ts";
import { openIncusTransport } from "../../lib/engines/incus/incus-transport.ts";

export type RootApi = {
	readonly socketPath: string;
	/** Requests in the engine's default project, where networks, pools and certificates live. */
	readonly global: IncusApi;
	inProject(name: string): IncusApi;
	close(): void;
};

export function openRootApi(socketPath: string): RootApi {
	const transport = openIncusTransport({ endpoint: `unix://${socketPath}` });
	return {
		socketPath,
		global: new IncusApi(transport, "default"),
		inProject: (name) => new IncusApi(transport, name),
		close: () => transport.close(),
	};
}

export type ReadOptions<T> = {
	path: string;
	schema: z.ZodType<T>;
	signal?: AbortSignal | undefined;
	timeoutMs?: number;
};

/** @throws EngineError `not_found`, or `unavailable` for an answer of another shape. */
export async function readEngine<T>(api: IncusApi, o: ReadOptions<T>): Promise<T> {
	const value = await api.request({
		method: "GET",
		path: o.path,
		signal: o.signal,
		...(o.timeoutMs ? { timeoutMs: o.timeoutMs } : {}),
	});
	const parsed = o.schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw new EngineError("unavailable", `The engine's answer to ${o.path} is not what was expected.`, parsed.error);
}

/** Null for what is not there; every other failure is thrown. */
export async function readIfThere<T>(api: IncusApi, o: ReadOptions<T>): Promise<T | null> {
	return readEngine(api, o).catch((error: unknown) => {
		if (error instanceof EngineError && error.code === "not_found") return null;
		throw error;
	});
}
