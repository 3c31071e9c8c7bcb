/**
 * Waiting for a devbox without polling: one event stream for all waits of a client, open only while somebody waits. While it is
 * broken, and only then, the box is asked for every two seconds.
 */
import type { DevboxApi } from "./api-types.ts";
import { startTimer } from "./deadline.ts";
import { abortedError, asDevboxError, DevboxError } from "./devbox-error.ts";
import { type DevboxEvent, followEvents } from "./event-stream.ts";
import type { Devbox } from "./generated/api.ts";
import type { Transport } from "./transport.ts";

type Listener = (event: DevboxEvent | { type: "gone" }) => void;

export type WaitOptions<T> = {
	id: string;
	/** Null: not yet. What it throws ends the wait. */
	check: (box: Devbox) => T | null;
	/** What is waited for, for the message of a timeout: `ready`. */
	goal: string;
	timeoutMs: number;
	signal?: AbortSignal;
};

export type DevboxWatch = {
	waitFor<T>(options: WaitOptions<T>): Promise<T>;
	/** Opens the stream ahead of a wait that is about to come; the answer lets go of it. */
	hold(): () => void;
};

const pollMs = 2_000;

export function createDevboxWatch(o: { transport: Transport; api: DevboxApi }): DevboxWatch {
	const listeners = new Set<Listener>();
	let isConnected = false;
	let unsubscribe: (() => void) | null = null;

	function tell(event: Parameters<Listener>[0]): void {
		for (const listener of [...listeners]) listener(event);
	}

	function listen(listener: Listener): () => void {
		listeners.add(listener);
		unsubscribe ??= followEvents(o.transport, {
			onEvent: tell,
			onConnected(isOpen) {
				isConnected = isOpen;
				if (!isOpen) tell({ type: "gone" });
			},
			// Whoever waits asks for the box itself, and gets the same refusal with its words.
			onRefused: () => tell({ type: "gone" }),
		});
		return () => {
			listeners.delete(listener);
			if (listeners.size) return;
			unsubscribe?.();
			unsubscribe = null;
			isConnected = false;
		};
	}

	async function waitFor<T>(wait: WaitOptions<T>): Promise<T> {
		const mailbox = createMailbox(wait.id);
		const stop = listen(mailbox.put);
		const deadline = Date.now() + wait.timeoutMs;
		let box: Devbox | null = null;
		let failure: DevboxError | null = null;
		try {
			for (;;) {
				if (wait.signal?.aborted) throw abortedError(wait.signal);
				const news = mailbox.take();
				if (news) {
					try {
						box = news === "ask" ? await o.api.getDevbox({ id: wait.id }, { signal: wait.signal }) : news;
						failure = null;
					} catch (error) {
						failure = asDevboxError(error, wait.signal);
						// A server that is away for a while is what waiting is for.
						if (!failure.isRetryable) throw failure;
					}
					const result = box && !failure ? wait.check(box) : null;
					if (result !== null) return result;
				}
				const leftMs = deadline - Date.now();
				if (leftMs <= 0) throw lateError(wait, box, failure);
				const needsPoll = !isConnected || failure !== null;
				await mailbox.next(needsPoll ? Math.min(pollMs, leftMs) : leftMs, wait.signal);
				if (needsPoll) mailbox.ask();
			}
		} finally {
			stop();
		}
	}

	return { waitFor, hold: () => listen(() => undefined) };
}

/** The newest that is known of one box: a snapshot, or that it must be asked for. */
function createMailbox(id: string) {
	let news: Devbox | "ask" | null = "ask";
	let wake: (() => void) | null = null;
	return {
		put(event: Parameters<Listener>[0]): void {
			if (event.type === "resync") news = "ask";
			else if (event.type === "devbox" && event.devbox.id === id) news = event.devbox;
			else if (event.type !== "gone") return;
			wake?.();
		},
		ask(): void {
			news ??= "ask";
		},
		take(): Devbox | "ask" | null {
			const taken = news;
			news = null;
			return taken;
		},
		/** Resolves with news, when the stream goes away, when aborted, or after `ms`. */
		next(ms: number, signal?: AbortSignal): Promise<void> {
			if (news || signal?.aborted) return Promise.resolve();
			return new Promise((resolve) => {
				const done = () => {
					stopTimer();
					signal?.removeEventListener("abort", done);
					wake = null;
					resolve();
				};
				const stopTimer = startTimer(ms, done);
				signal?.addEventListener("abort", done);
				wake = done;
			});
		},
	};
}

function lateError(wait: WaitOptions<unknown>, box: Devbox | null, failure: DevboxError | null): DevboxError {
	const step = box?.current_step;
	const doing = step ? ` (${step.step}: ${step.message.slice(0, 200)})` : "";
	const state = box ? `it is ${box.state}${doing}` : "the server did not say how it is";
	return new DevboxError({
		code: "timeout",
		detail: `${box?.name ?? wait.id} was not ${wait.goal} within ${wait.timeoutMs / 1000} s: ${state}.`,
		devbox: box,
		cause: failure ?? undefined,
	});
}
