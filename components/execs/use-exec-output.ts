"use client";
import { useEffect, useState } from "react";
import type { ExecResponse } from "@/lib/contract/execs.ts";
import { streamExec } from "@/sdk/src/exec-stream.ts";
import type { ExecOffsets } from "@/sdk/src/index.ts";
import { createTransport } from "@/sdk/src/transport.ts";
import { api, goToSignIn } from "../api-client.ts";
import { useIsLookedAt } from "../layout/use-is-looked-at.ts";
import { createKeptOutput, type ExecOutput, followOutput } from "./kept-output.ts";

const renderEveryMs = 50;

/** Of a stream that does not begin; one that breaks is made again for longer. */
const transport = createTransport({
	retriesMax: 5,
	onError: (error) => {
		if (error.code === "unauthenticated") goToSignIn();
	},
});

function openStream(exec: Pick<ExecResponse, "id" | "devbox_id">, offsets: ExecOffsets, signal: AbortSignal) {
	const client = { transport, api, devboxId: exec.devbox_id };
	return streamExec(client, { kind: "existing", execId: exec.id, offsets }, signal);
}

/**
 * Both streams of an exec, as they come, from their first byte that is still kept, and while somebody looks. A component shows one
 * exec all its life.
 */
export function useExecOutput({ devbox_id, id, mode }: ExecResponse, isFollowed: boolean): ExecOutput {
	const [kept] = useState(createKeptOutput);
	const [output, setOutput] = useState<ExecOutput>(kept.shown);
	const isLookedAt = useIsLookedAt();
	// An attached command ends a while after its last reader has gone.
	const isReading = isFollowed && (isLookedAt || mode === "attached");
	useEffect(() => {
		if (!isReading || kept.hasEnded()) return;
		const stopping = new AbortController();
		const { signal } = stopping;
		let isDue = false;
		const onChange = () => {
			if (isDue) return;
			isDue = true;
			// A pause does not take it back: what came before that is shown.
			setTimeout(() => {
				isDue = false;
				setOutput(kept.shown());
			}, renderEveryMs);
		};
		void followOutput(kept, { open: (from) => openStream({ devbox_id, id }, from, signal), signal, onChange });
		return () => stopping.abort();
	}, [kept, devbox_id, id, isReading]);
	return output;
}
