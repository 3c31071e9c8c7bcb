/**
 * Clones the repositories that were asked for, in the box and as its user, a few at a time. Each is cloned beside its place and moved
 * there when it is whole; one that was cloned before another worker took over is passed over. A network that is not there (yet)
 * is tried again; everything else fails the step, when all others have ended, and each repository says what became of it.
 */
import type { RunRepository } from "../../lib/db/devbox-repositories.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Step, StepContext } from "../runner/pipeline.ts";
import { type CloneProblem, cloneArgv, cloneProblem, parseCloned, progressOf } from "./clone-command.ts";
import { endLeftover, followCommand, type GetLink } from "./follow-command.ts";
import { openLiveMessage } from "./live-message.ts";
import { openOutputTail } from "./output-tail.ts";

/** For all of them together. */
const timeoutMs = 30 * 60_000;
const atOnceMax = 3;
const progressEveryMs = 1_000;
const stateFolder = "/var/tmp/devbox-clone";
const stderrBytesMax = 8 * 1024;
const stdoutBytesMax = 4 * 1024;

export const cloneRepositories: Step = {
	name: "clone_repositories",
	timeoutMs: timeoutMs + 60_000,
	// A box is young: its network comes up after its systemd does. With growing pauses these are half a minute.
	attemptsMax: 6,
	async run(ctx) {
		const repositories = await ctx.repositories();
		if (repositories.length === 0) return { message: "No repositories were asked for." };
		const links = ctx.host().links;
		const getLink: GetLink = (user) => links.get({ instance: ctx.instance, user, signal: ctx.signal });
		return { message: await cloneAll({ ctx, repositories, getLink }) };
	},
};

type CloneRun = {
	ctx: Pick<StepContext, "signal" | "progress" | "writeClone">;
	repositories: readonly RunRepository[];
	getLink: GetLink;
};

/** Answers the message for success. Throws AppError `unavailable` when only the network was missing, else `conflict`. */
export async function cloneAll(o: CloneRun): Promise<string> {
	const deadline = performance.now() + timeoutMs;
	const lines = new Map(o.repositories.map(({ position, fullName }) => [position, `${fullName}: waits`]));
	const render = () => [...lines.values()].join("\n");
	const live = openLiveMessage({ render, write: o.ctx.progress, everyMs: progressEveryMs });
	const problems: CloneProblem[] = [];
	const queue = [...o.repositories];

	async function cloneNext(): Promise<void> {
		for (let next = queue.shift(); next; next = queue.shift()) {
			const { position, fullName } = next;
			const say = (text: string) => {
				lines.set(position, `${fullName}: ${text}`);
				live.touch();
			};
			const problem = await cloneOne({ ...o, repository: next, say, deadline });
			if (problem) problems.push({ ...problem, message: `${fullName}: ${problem.message}` });
		}
	}

	try {
		await Promise.race([Promise.all(Array.from({ length: atOnceMax }, cloneNext)), live.failed]);
	} finally {
		await live.close();
	}
	if (problems.length === 0) return render();
	const isFinal = problems.some(({ kind }) => kind === "final");
	throw new AppError({
		code: isFinal ? "conflict" : "unavailable",
		message: problems.map(({ message }) => message).join("\n"),
	});
}

type OneClone = CloneRun & { repository: RunRepository; say: (text: string) => void; deadline: number };

/** Null: it is there. */
async function cloneOne(o: OneClone): Promise<CloneProblem | null> {
	const { ctx, repository, say } = o;
	const { position, targetPath } = repository;
	if (repository.cloneStatus === "success") {
		say(`is in ${targetPath}.`);
		return null;
	}
	await ctx.writeClone({ position, status: "cloning" });
	say("is being cloned");
	const { end, stdout, stderr } = await runClone(o);
	if (!end.isTimedOut && end.code === 0) {
		const { branch, commit } = parseCloned(stdout);
		await ctx.writeClone({ position, status: "success", ref: repository.ref ?? branch, commit });
		say(`is in ${targetPath}${commit ? `, at ${commit.slice(0, 12)}` : " (it is empty)"}.`);
		return null;
	}
	const problem: CloneProblem = end.isTimedOut
		? { kind: "final", message: `It was not cloned within ${timeoutMs / 60_000} minutes.` }
		: cloneProblem({ ...repository, stderr, code: end.code });
	await ctx.writeClone({ position, status: "failed", error: problem.message });
	say(problem.message);
	return problem;
}

async function runClone({ ctx, repository, getLink, say, deadline }: OneClone) {
	const folder = `${stateFolder}-${repository.position}`;
	const pidFile = `${folder}.running`;
	const { signal } = ctx;
	await endLeftover({ getLink, pidFile, signal });
	const stdout = openOutputTail({ bytesMax: stdoutBytesMax });
	const stderr = openOutputTail({ bytesMax: stderrBytesMax });
	const end = await followCommand({
		getLink,
		argv: cloneArgv({ stateFolder: folder, ...repository }),
		pidFile,
		timeoutMs: Math.max(0, deadline - performance.now()),
		signal,
		onStdout: stdout.write,
		onStderr: (chunk) => {
			stderr.write(chunk);
			const progress = progressOf(chunk.toString("utf8"));
			if (progress) say(progress);
		},
	});
	return { end, stdout: stdout.text(), stderr: stderr.text() };
}
