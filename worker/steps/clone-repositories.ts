/**
 * Clones the repositories that were asked for, as the box's user, a few at a time. Each is cloned beside its place and moved there when
 * it is whole; one that was cloned before another worker took over is passed over. What is not there (yet), a network or GitHub,
 * is tried again; everything else fails the step, when all others have ended, and each repository says what became of it.
 */
import type { RunRepository } from "../../lib/db/devbox-repositories.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Step } from "../runner/pipeline.ts";
import { cloneByAccess } from "./clone-by-access.ts";
import type { CloneProblem } from "./clone-problem.ts";
import type { CloneContext, OneClone } from "./clone-run.ts";
import type { GetLink } from "./follow-command.ts";
import { openLiveMessage } from "./live-message.ts";

/** For all of them together. */
const timeoutMs = 30 * 60_000;
const atOnceMax = 3;
const progressEveryMs = 1_000;

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

type CloneRun = { ctx: CloneContext; repositories: readonly RunRepository[]; getLink: GetLink };

/** Answers the message for success. Throws AppError `unavailable` when another try may do, else `conflict`. */
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
	const outcome = await cloneByAccess(o);
	if ("kind" in outcome) {
		await ctx.writeClone({ position, status: "failed", error: outcome.message });
		say(outcome.message);
		return outcome;
	}
	const { branch, commit, note } = outcome;
	await ctx.writeClone({ position, status: "success", ref: repository.ref ?? branch, commit, note });
	say(`is in ${targetPath}${commit ? `, at ${commit.slice(0, 12)}` : " (it is empty)"}.${note ? ` ${note}` : ""}`);
	return null;
}
