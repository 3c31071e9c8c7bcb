"use client";
import { useEffect, useState } from "react";

type ExecOutput = {
	text: string;
	/** What could not be shown, and why; null when all of it is here. */
	problem: string | null;
};

/** The page keeps the end of what it follows. */
const charactersMax = 1_000_000;
const renderEveryMs = 50;

/** Both streams of an exec, as they come, from their first byte that is still kept. */
export function useExecOutput(devboxId: string, execId: string): ExecOutput {
	const [output, setOutput] = useState<ExecOutput>({ text: "", problem: null });
	useEffect(() => {
		const path = `/api/v1/devboxes/${encodeURIComponent(devboxId)}/execs/${encodeURIComponent(execId)}/stream`;
		const source = new EventSource(path);
		const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
		let text = "";
		let problem: string | null = null;
		let timer: ReturnType<typeof setTimeout> | null = null;
		const show = () => {
			timer ??= setTimeout(() => {
				timer = null;
				setOutput({ text, problem });
			}, renderEveryMs);
		};
		for (const name of ["stdout", "stderr"] as const)
			source.addEventListener(name, (event) => {
				const { data } = JSON.parse(event.data) as { data: string };
				text += decoders[name].decode(
					Uint8Array.from(atob(data), (character) => character.charCodeAt(0)),
					{ stream: true },
				);
				if (text.length > charactersMax) text = text.slice(-charactersMax);
				show();
			});
		source.addEventListener("gap", () => {
			problem = "A part of the output is not kept any more.";
			show();
		});
		source.addEventListener("exit", () => source.close());
		source.addEventListener("error", (event) => {
			source.close();
			const sent = event instanceof MessageEvent ? (JSON.parse(event.data) as { detail: string }) : null;
			problem = sent?.detail ?? "The output is not kept any more, or cannot be reached right now.";
			show();
		});
		return () => {
			source.close();
			if (timer) clearTimeout(timer);
		};
	}, [devboxId, execId]);
	return output;
}
