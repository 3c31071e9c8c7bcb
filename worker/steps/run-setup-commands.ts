/**
 * Runs the setup commands, one after the other, by `bash -lc` as the box's user, with its environment. Their output goes live into the
 * operation. The first that fails fails the box; so does the end of the time that they have together.
 *
 * A command leaves a mark in the box when it has succeeded. A worker that takes over in the middle passes over those, ends what is
 * left of the one that was running, and runs that one again.
 */
import { AppError } from "../../lib/domain/errors.ts";
import type { Step, StepContext } from "../runner/pipeline.ts";
import type { RunInputs } from "../runner/run-inputs.ts";
import { commandLine, endLeftover, type FollowedEnd, followCommand, type GetLink } from "./follow-command.ts";
import { type LiveMessage, openLiveMessage } from "./live-message.ts";
import { type OutputTail, openOutputTail } from "./output-tail.ts";
import { readShownSecrets } from "./shown-secrets.ts";

/** Of the message that an operation may have; the rest is for the words around it. */
const outputBytesMax = 12 * 1024;
const progressEveryMs = 1_000;
const shortTimeoutMs = 15_000;
const stateFolder = "/var/tmp/devbox-setup";
const pidFile = `${stateFolder}/running`;

/** As root. Prints the numbers of the commands that have succeeded. */
const prepare = `
set -e
install -d -o devbox -g devbox -m 0700 "$1"
cd "$1"
for mark in done-*; do [ ! -e "$mark" ] || echo "\${mark#done-}"; done`;

/** As the box's user. $1 mark, $2 folder, $3 command. */
const runOne = `
exec 2>&1
cd -- "$2" 2>/dev/null || cd
bash -lc "$3"
code=$?
[ $code -ne 0 ] || : >"$1"
exit $code`;

export const runSetupCommands: Step = {
	name: "run_setup_commands",
	// The commands' own time is up before; this bounds what is around them.
	timeoutMs: 3_720_000,
	attemptsMax: 3,
	async run(ctx) {
		const inputs = await ctx.inputs();
		if (inputs.setupCommands.length === 0) return { message: "No setup commands were asked for." };
		const repositories = await ctx.repositories();
		const only = repositories.length === 1 ? repositories[0] : undefined;
		const links = ctx.host().links;
		const getLink: GetLink = (user) => links.get({ instance: ctx.instance, user, signal: ctx.signal });
		return { message: await runAll({ ctx, inputs, getLink, folder: only?.targetPath ?? "/workspaces" }) };
	},
};

type SetupRun = {
	ctx: Pick<StepContext, "signal" | "progress">;
	inputs: Pick<RunInputs, "setupCommands" | "setupTimeoutSeconds">;
	getLink: GetLink;
	folder: string;
};

/** Answers the message for success; throws AppError `conflict` for the first command that failed. */
export async function runAll(o: SetupRun): Promise<string> {
	const { ctx, getLink } = o;
	await endLeftover({ getLink, pidFile, signal: ctx.signal });
	const { isDone, secrets } = await readBox(o);
	const tail = openOutputTail({ bytesMax: outputBytesMax, secrets });
	let headline = "";
	const render = () => `${headline}\n${tail.text()}`.trimEnd();
	const live = openLiveMessage({ render, write: ctx.progress, everyMs: progressEveryMs });
	const say = (text: string) => {
		headline = text;
		live.touch();
	};
	try {
		await Promise.race([runEach({ ...o, isDone, tail, live, say }), live.failed]);
		return render();
	} catch (error) {
		if (!(error instanceof AppError) || error.code !== "conflict") throw error;
		throw new AppError({ code: "conflict", message: `${error.message}\n${tail.text()}`.trimEnd(), cause: error });
	} finally {
		await live.close();
	}
}

/** Which commands have succeeded there before, and the values that must not be shown. */
async function readBox({ getLink, ctx: { signal } }: SetupRun): Promise<{ isDone: Set<string>; secrets: string[] }> {
	const root = await getLink("root");
	const done = await root.run({ command: commandLine(prepare, [stateFolder]), timeoutMs: shortTimeoutMs, signal });
	if (done.code !== 0)
		throw new AppError({ code: "conflict", message: `The setup could not be prepared: ${done.stderr.slice(-2_000)}` });
	return {
		isDone: new Set(done.stdout.split("\n").filter(Boolean)),
		secrets: await readShownSecrets({ getLink, signal }),
	};
}

type EachRun = SetupRun & { isDone: Set<string>; tail: OutputTail; live: LiveMessage; say: (text: string) => void };

async function runEach(o: EachRun): Promise<void> {
	const { setupCommands: commands, setupTimeoutSeconds } = o.inputs;
	const deadline = performance.now() + setupTimeoutSeconds * 1_000;
	for (const [index, command] of commands.entries()) {
		const number = index + 1;
		const title = `Command ${number} of ${commands.length}`;
		o.tail.note(`$ ${command}`);
		if (o.isDone.has(String(number))) {
			o.tail.note("(had succeeded before another worker took over)");
			continue;
		}
		o.say(`${title} runs: ${firstLine(command)}`);
		const end = await followCommand({
			getLink: o.getLink,
			argv: ["/bin/sh", "-c", runOne, "sh", `${stateFolder}/done-${number}`, o.folder, command],
			pidFile,
			timeoutMs: Math.max(0, deadline - performance.now()),
			signal: o.ctx.signal,
			onStdout: (chunk) => {
				o.tail.write(chunk);
				o.live.touch();
			},
			// The shell joins both; what comes here is of the shell before it has.
			onStderr: o.tail.write,
		});
		const problem = problemOf(end, { title, setupTimeoutSeconds });
		if (problem) throw new AppError({ code: "conflict", message: `${problem}: ${firstLine(command)}` });
	}
	o.say(commands.length === 1 ? "The setup command succeeded." : `All ${commands.length} setup commands succeeded.`);
}

function problemOf(end: FollowedEnd, o: { title: string; setupTimeoutSeconds: number }): string | null {
	if (end.isTimedOut) return `${o.title} was ended: the setup commands had ${o.setupTimeoutSeconds} s together`;
	if (end.signal) return `${o.title} was ended by ${end.signal}`;
	return end.code === 0 ? null : `${o.title} failed with exit code ${end.code}`;
}

function firstLine(command: string): string {
	const line = command.trim().split("\n", 1)[0] ?? "";
	return line.length > 120 || line !== command.trim() ? `${line.slice(0, 120)}…` : line;
}
