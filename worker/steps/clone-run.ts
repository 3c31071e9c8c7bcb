/** What cloning one repository is given, and a command of it in the box. */
import type { Duplex } from "node:stream";
import type { RunRepository } from "../../lib/db/devbox-repositories.ts";
import type { StepContext } from "../runner/pipeline.ts";
import { parseCloned, progressOf } from "./clone-command.ts";
import { endLeftover, type FollowedEnd, followCommand, type GetLink } from "./follow-command.ts";
import { openOutputTail } from "./output-tail.ts";

export type CloneContext = Pick<
	StepContext,
	"signal" | "host" | "instance" | "progress" | "writeClone" | "devbox" | "github" | "githubUrl" | "mirrors" | "audit"
>;

export type OneClone = {
	ctx: CloneContext;
	repository: RunRepository;
	getLink: GetLink;
	/** Its line in the operation's message. */
	say: (text: string) => void;
	/** On `performance.now`'s clock. */
	deadline: number;
	/** Of one that is none of the box's repositories, in the place of what its position gives; the git proxy does not serve it. */
	stateFolder?: string;
};

export type Cloned = { branch: string | null; commit: string | null; note: string | null };

export type BoxCommandEnd = { end: FollowedEnd; stdout: string; stderr: string };

const stderrBytesMax = 8 * 1024;
const stdoutBytesMax = 4 * 1024;

/** State of a clone in the box, so that a worker that takes over knows how far it was. */
export function stateFolderOf(o: OneClone): string {
	return o.stateFolder ?? `/var/tmp/devbox-clone-${o.repository.position}`;
}

/** One at a time for a repository: what an earlier worker left running is ended first. */
export async function runInBox(
	o: OneClone & { argv: readonly string[]; converse?: (stdio: Duplex) => Promise<unknown> },
): Promise<BoxCommandEnd> {
	const { getLink, say } = o;
	const { signal } = o.ctx;
	const pidFile = `${stateFolderOf(o)}.running`;
	await endLeftover({ getLink, pidFile, signal });
	const stdout = openOutputTail({ bytesMax: stdoutBytesMax });
	const stderr = openOutputTail({ bytesMax: stderrBytesMax });
	const end = await followCommand({
		getLink,
		argv: o.argv,
		pidFile,
		timeoutMs: Math.max(0, o.deadline - performance.now()),
		signal,
		onStdout: stdout.write,
		onStderr: (chunk) => {
			stderr.write(chunk);
			const progress = progressOf(chunk.toString("utf8"));
			if (progress) say(progress);
		},
		converse: o.converse,
	});
	return { end, stdout: stdout.text(), stderr: stderr.text() };
}

export function clonedFrom(stdout: string): Cloned {
	const { branch, commit, lfsPointers } = parseCloned(stdout);
	const files = lfsPointers === 1 ? "1 file is" : `${lfsPointers} files are`;
	const note =
		lfsPointers > 0
			? `${files} kept in Git LFS, which is not supported here: a pointer stands in the place of the content.`
			: null;
	return { branch, commit, note };
}
