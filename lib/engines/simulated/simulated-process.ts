/** Processes in simulated boxes, as streams: `cat`, which gives back what it gets, and commands with a scripted answer. */
import { Duplex, Readable } from "node:stream";
import type { SimulatedAnswer } from "./simulated-store.ts";

export type SimulatedExit = { code: number | null; signal: string | null };

export type SimulatedProcess = {
	stdio: Duplex;
	stderr: Readable;
	exit: Promise<SimulatedExit>;
	/** Ends it as a signal does. */
	kill(exit: SimulatedExit): void;
	/** What carries it is gone: its exit is not known. */
	breakOff(error: Error): void;
};

/** What goes in comes out, held back by a reader that does not read. */
export function echoProcess(): SimulatedProcess {
	const end = settledLater();
	let resume: (() => void) | null = null;
	const stdio = new Duplex({
		read: () => {
			const next = resume;
			resume = null;
			next?.();
		},
		write: (chunk: Buffer, _encoding, done) => {
			if (stdio.push(chunk)) done();
			else resume = () => done();
		},
		final: (done) => {
			stdio.push(null);
			end.resolve({ code: 0, signal: null });
			done();
		},
	});
	return {
		stdio,
		stderr: Readable.from([]),
		exit: end.promise,
		kill: (exit) => {
			end.resolve(exit);
			stdio.destroy();
		},
		breakOff: (error) => {
			end.reject(error);
			stdio.destroy();
		},
	};
}

/** Takes any input, and says its answer after its latency. */
export function answeringProcess(answer: SimulatedAnswer): SimulatedProcess {
	const end = settledLater();
	const stdio = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
	const stderr = new Readable({ read: () => undefined });
	const finish = (stdout: string, errors: string): void => {
		clearTimeout(timer);
		if (stdio.readableEnded || stdio.destroyed) return;
		stdio.push(stdout);
		stdio.push(null);
		stderr.push(errors);
		stderr.push(null);
	};
	const timer = setTimeout(() => {
		end.resolve({ code: answer.code, signal: null });
		finish(answer.stdout, answer.stderr);
	}, answer.latencyMs);
	return {
		stdio,
		stderr,
		exit: end.promise,
		kill: (exit) => {
			end.resolve(exit);
			clearTimeout(timer);
			stdio.destroy();
			stderr.destroy();
		},
		breakOff: (error) => {
			end.reject(error);
			clearTimeout(timer);
			stdio.destroy();
			stderr.destroy();
		},
	};
}

function settledLater(): PromiseWithResolvers<SimulatedExit> {
	const end = Promise.withResolvers<SimulatedExit>();
	// Who only reads the streams need not look at the exit; whoever awaits it still gets the rejection.
	end.promise.catch(() => undefined);
	return end;
}
