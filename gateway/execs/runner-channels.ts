/**
 * Runners: channels in which in-box/attached.pl waits for a job. One that has done its job waits here for the next one of the same
 * user in the same box, so that who runs one command after the other pays for a fork and not for a login.
 */
import type { BoxChannel, BoxLinks, BoxUser } from "../../lib/domain/box-link.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import type { Log } from "../../lib/log/log.ts";
import { attachedScript } from "../../lib/usecases/execs/box-script.ts";
import { createFrameReader, type ExecFrame, encodeFrame, FrameViolation } from "./exec-frames.ts";

export type RunnerEvents = {
	onFrame: (frame: ExecFrame) => void;
	/** The channel is gone, or was closed since the box broke the rules; `words` is what came on its stderr. */
	onGone: (o: { words: string; violation: FrameViolation | null }) => void;
};

export type Runner = {
	/** From now on frames go there. */
	attach(events: RunnerEvents): void;
	send(letter: string, bytes?: Buffer | string): void;
	pause(): void;
	resume(): void;
	/** The job has ended, or never was. `isClean`: as it should, so that the runner may do another. */
	release(o: { isClean: boolean }): void;
};

export type RunnerChannels = {
	/** One that has no job. Throws AppError `unavailable` or `timeout`. */
	take(o: RunnerPlace): Promise<Runner>;
	close(): void;
};

type RunnerPlace = { hostId: string; devboxId: string; user: BoxUser };
type Held = { runner: OpenRunner; timer: NodeJS.Timeout };

/** An idle runner is a perl in the box, some 8 MB; and what a start-up file exports was read when it began. */
const idleMs = 60_000;
const idlePerPlaceMax = 8;
const ageMsMax = 10 * 60_000;
const wordsMax = 500;

export function openRunnerChannels(o: { linksOf: (hostId: string) => BoxLinks; log: Log }): RunnerChannels {
	const idle = new Map<string, Held[]>();
	let isClosed = false;

	async function open(place: RunnerPlace, key: string): Promise<OpenRunner> {
		const link = await o.linksOf(place.hostId).get({ instance: instanceName(place.devboxId), user: place.user });
		const channel = await link.open({ command: attachedScript.command });
		channel.stdio.write(attachedScript.source);
		return new OpenRunner({ channel, log: o.log, onFree: (runner) => keep(runner, key), onGone: forget });
	}

	function keep(runner: OpenRunner, key: string): void {
		const others = idle.get(key) ?? [];
		if (isClosed || others.length >= idlePerPlaceMax) {
			runner.close();
			return;
		}
		idle.set(key, others);
		const timer = setTimeout(() => runner.close(), idleMs);
		timer.unref();
		others.push({ runner, timer });
	}

	function forget(gone: OpenRunner): void {
		for (const [key, held] of idle) {
			const at = held.findIndex(({ runner }) => runner === gone);
			if (at >= 0) clearTimeout(held.splice(at, 1)[0]?.timer);
			if (held.length === 0) idle.delete(key);
		}
	}

	return {
		async take(place) {
			const key = `${place.devboxId} ${place.user}`;
			const held = idle.get(key)?.pop();
			if (!held) return open(place, key);
			clearTimeout(held.timer);
			return held.runner;
		},
		close() {
			isClosed = true;
			for (const { runner } of [...idle.values()].flat()) runner.close();
		},
	};
}

type RunnerInput = {
	channel: BoxChannel;
	log: Log;
	/** It has done a job and may do another. */
	onFree: (runner: OpenRunner) => void;
	onGone: (runner: OpenRunner) => void;
};

class OpenRunner implements Runner {
	readonly #o: RunnerInput;
	readonly #openedAt = performance.now();
	#events: RunnerEvents | null = null;
	#words = "";
	#isGone = false;

	constructor(o: RunnerInput) {
		this.#o = o;
		const { stdio, stderr } = o.channel;
		const read = createFrameReader((frame) => this.#onFrame(frame));
		stdio.on("data", (chunk: Buffer) => {
			if (this.#isGone) return;
			try {
				read(chunk);
			} catch (error) {
				if (!(error instanceof FrameViolation)) throw error;
				this.#gone(error);
			}
		});
		stderr.on("data", (chunk: Buffer) => {
			if (this.#words.length < wordsMax) this.#words += chunk.toString("utf8");
		});
		// Whatever breaks the streams closes them.
		for (const stream of [stdio, stderr])
			stream.on("error", (error: Error) => o.log.debug({ err: error }, "a runner's channel broke"));
		stdio.once("end", () => this.#gone(null));
		stdio.once("close", () => this.#gone(null));
	}

	attach(events: RunnerEvents): void {
		this.#events = events;
		// It may have gone before anyone listened.
		if (this.#isGone) events.onGone({ words: this.#words, violation: null });
	}

	send(letter: string, bytes: Buffer | string = ""): void {
		const { stdio } = this.#o.channel;
		if (stdio.writable) stdio.write(encodeFrame(letter, bytes));
	}

	pause(): void {
		this.#o.channel.stdio.pause();
	}

	resume(): void {
		this.#o.channel.stdio.resume();
	}

	release({ isClean }: { isClean: boolean }): void {
		this.#events = null;
		const isFresh = performance.now() - this.#openedAt < ageMsMax && this.#words === "";
		if (!isClean || !isFresh || this.#isGone) this.close();
		else {
			this.resume();
			this.#o.onFree(this);
		}
	}

	close(): void {
		this.#o.channel.close();
		this.#gone(null);
	}

	#onFrame(frame: ExecFrame): void {
		// Nobody asked an idle one for anything.
		if (this.#events) this.#events.onFrame(frame);
		else this.#gone(new FrameViolation("the devbox speaks of an exec that has ended"));
	}

	#gone(violation: FrameViolation | null): void {
		if (this.#isGone) return;
		this.#isGone = true;
		this.#o.onGone(this);
		const events = this.#events;
		this.#events = null;
		events?.onGone({ words: this.#words, violation });
		this.#o.channel.close();
	}
}
