/** Runs attempts in the canary and their controls, and judges what was seen. */
import { text } from "node:stream/consumers";
import { auditNetwork } from "../../lib/domain/audit-network.ts";
import type { AttemptResult } from "../../lib/domain/isolation.ts";
import type { Attempt, Mode } from "../../lib/domain/isolation-battery.ts";
import { type Engine, EngineError } from "../../lib/engines/engine.ts";

type User = AttemptResult["user"];
export type Shell = (o: { instance: string; user: User; command: string }) => Promise<string>;

const commandTimeoutMs = 60_000;
const seenMax = 600;

/** Answers what a command printed; `$NONCE` is in its environment. */
export function openShell(o: { engine: Engine; nonce: string; signal: AbortSignal }): Shell {
	return async ({ instance, user, command }) => {
		const signal = AbortSignal.any([o.signal, AbortSignal.timeout(commandTimeoutMs)]);
		const env = {
			PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			HOME: user === "root" ? "/root" : "/home/devbox",
			NONCE: o.nonce,
			NONCE_DIGITS: digitsOf(o.nonce),
		};
		const words =
			user === "root"
				? ["bash", "-c", command]
				: ["setpriv", "--reuid=devbox", "--regid=devbox", "--init-groups", "bash", "-c", command];
		const stream = await o.engine.exec({ name: instance, command: words, env, signal });
		const kill = () => stream.kill();
		signal.addEventListener("abort", kill, { once: true });
		try {
			stream.stdio.end();
			const [out, err] = await Promise.all([text(stream.stdio), text(stream.stderr), stream.exit]);
			return `${out}${err}`;
		} catch (error) {
			if (o.signal.aborted) throw o.signal.reason;
			if (signal.aborted) return `(ended after ${commandTimeoutMs / 1000} s)`;
			throw error instanceof EngineError
				? error
				: new EngineError("unavailable", "A command of the audit broke off", error);
		} finally {
			signal.removeEventListener("abort", kill);
		}
	};
}

export function digitsOf(nonce: string): string {
	return nonce.replace(/\D/g, "").slice(0, 6);
}

export function hasReached(attempt: Attempt, nonce: string, seen: string): boolean {
	if (attempt.expected === "reached")
		return seen.includes(`listed at ${auditNetwork.listed} for listed.${auditNetwork.zone}`);
	return seen.includes(nonce) || /(^|\s)REACHED/.test(seen);
}

export type Controls = {
	/** Of the canary while everything is let through, by attempt and user. */
	observed: ReadonlyMap<string, string>;
	run: (attempt: Attempt, user: User) => Promise<string>;
};

export const attemptKey = (attempt: Attempt, user: User) => `${attempt.id} ${user}`;

export async function judgeAttempt(o: {
	attempt: Attempt;
	mode: Mode;
	user: User;
	nonce: string;
	shell: Shell;
	canary: string;
	controls: Controls;
}): Promise<AttemptResult> {
	const { attempt, mode, user, nonce } = o;
	const startedAt = performance.now();
	const seen = await o.shell({ instance: o.canary, user, command: attempt.command });
	const durationMs = Math.round(performance.now() - startedAt);
	const isReached = hasReached(attempt, nonce, seen);
	const { control, note } = await controlOf(o);
	const isProven = attempt.expected === "reached" || note === "";
	const isRight = isReached === (attempt.expected === "reached");
	return {
		...{ id: attempt.id, promise: attempt.promise, mode, user, command: attempt.command, expected: attempt.expected },
		...{ seen: shown(seen), control, durationMs },
		result: isRight && isProven ? "passed" : "failed",
		note: isRight ? note : isReached ? "It got where it must not." : "It did not get where it should.",
	};
}

async function controlOf(o: { attempt: Attempt; user: User; nonce: string; controls: Controls }) {
	const { attempt, user, nonce, controls } = o;
	if (attempt.control === null) return { control: null, note: "" };
	if (attempt.control === "worker") return { control: "the worker itself connected", note: "" };
	const seen =
		attempt.control === "observe"
			? (controls.observed.get(attemptKey(attempt, user)) ?? "")
			: await controls.run(attempt, user);
	const where = controlWords(attempt.control);
	const isReached = hasReached({ ...attempt, expected: "blocked" }, nonce, seen);
	const note = isReached ? "" : `The control did not get there either, so that this proves nothing: ${shown(seen)}`;
	return { control: `${where}: ${shown(seen)}`, note };
}

function controlWords(control: NonNullable<Attempt["control"]>): string {
	if (typeof control === "string") return control;
	return "beside" in control ? "another command beside the listener" : "another command in the canary";
}

function shown(seen: string): string {
	const clean = seen
		.trim()
		.replace(/[^\P{Cc}\n\t]/gu, "?")
		.toWellFormed();
	return clean.length > seenMax ? `…${clean.slice(-seenMax)}` : clean;
}
