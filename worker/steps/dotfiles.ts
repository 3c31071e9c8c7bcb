/**
 * A dotfiles repository in a box: cloned to ~/.dotfiles as any other, a private one with its owner's access, then its script, or its dot
 * files linked into the home folder.
 */

import { dotfilesScripts, type PersonalSettings } from "../../lib/domain/personal-settings.ts";
import { githubFullName } from "../../lib/domain/repository-url.ts";
import { cloneByAccess } from "./clone-by-access.ts";
import { cloneTimedOut } from "./clone-problem.ts";
import type { CloneContext, OneClone } from "./clone-run.ts";
import { endLeftover, followCommand, type GetLink } from "./follow-command.ts";
import { openOutputTail } from "./output-tail.ts";
import { readShownSecrets } from "./shown-secrets.ts";

const cloneTimeoutMs = 60_000;
const scriptTimeoutMs = 120_000;
const outputBytesMax = 8 * 1024;
const homeDefault = "/home/devbox";
const stateFolder = "/var/tmp/devbox-dotfiles";

/** $1 script, or empty, the rest: those to look for. What was there before and is in the way of a link is kept beside it. */
const script = `
exec 2>&1
cd -- "$HOME/.dotfiles" || exit 1
wanted=$1
shift
if [ -n "$wanted" ]; then
	[ -f "./$wanted" ] || { echo "There is no $wanted in the repository."; exit 127; }
else
	for name; do [ -f "./$name" ] && wanted=$name && break; done
fi
if [ -n "$wanted" ]; then
	echo "Running $wanted"
	chmod u+x "./$wanted"
	exec "./$wanted"
fi
for file in .[!.]*; do
	case $file in .git | .gitignore | .gitmodules | .github) continue ;; esac
	[ -e "$file" ] || continue
	[ ! -e "$HOME/$file" ] || [ -L "$HOME/$file" ] || mv -T -- "$HOME/$file" "$HOME/$file.before-dotfiles"
	ln -sfn -- "$HOME/.dotfiles/$file" "$HOME/$file" && echo "Linked ~/$file"
done`;

type Applied = { lines: string[]; warnings: string[] };
type Input = {
	settings: Pick<PersonalSettings, "dotfilesRef" | "dotfilesScript">;
	url: string;
	/** Of the box's user; where our images have it unless told. */
	home?: string;
	getLink: GetLink;
	ctx: CloneContext;
	signal: AbortSignal;
};

export async function applyDotfiles(o: Input): Promise<Applied> {
	const problem = await cloneDotfiles(o);
	if (problem) return { lines: [], warnings: [`Dotfiles: ${problem}`] };
	// The script runs with the box's environment, and what it prints stands in the operation.
	const output = openOutputTail({ bytesMax: outputBytesMax, secrets: await readShownSecrets(o) });
	const end = await follow(o, {
		argv: ["/bin/sh", "-c", script, "sh", o.settings.dotfilesScript ?? "", ...dotfilesScripts],
		timeoutMs: scriptTimeoutMs,
		onOutput: output.write,
	});
	const said = output.text().trim();
	const lines = [`Dotfiles of ${o.url} are in ~/.dotfiles.`, ...(said ? [said] : [])];
	if (end.isTimedOut)
		return { lines, warnings: [`Dotfiles: their script was ended after ${scriptTimeoutMs / 1000} s.`] };
	if (end.code === 0) return { lines, warnings: [] };
	return { lines, warnings: [`Dotfiles: their script failed (${end.signal ?? `exit code ${end.code}`}).`] };
}

/** Null: they are there. */
async function cloneDotfiles(o: Input): Promise<string | null> {
	const tooLate = AbortSignal.timeout(cloneTimeoutMs);
	const signal = AbortSignal.any([o.signal, tooLate]);
	// Of no row: the devbox's own repositories have those.
	const ctx = { ...o.ctx, signal, devbox: o.ctx.devbox, writeClone: async () => undefined };
	const clone: OneClone = {
		ctx,
		repository: dotfilesRepository(o),
		getLink: o.getLink,
		say: () => undefined,
		deadline: performance.now() + cloneTimeoutMs,
		stateFolder,
	};
	const late = `they were not cloned within ${cloneTimeoutMs / 1000} s.`;
	try {
		const outcome = await cloneByAccess(clone);
		if (!("kind" in outcome)) return null;
		return outcome === cloneTimedOut ? late : outcome.message;
	} catch (error) {
		if (tooLate.aborted && !o.signal.aborted) return late;
		throw error;
	}
}

function dotfilesRepository({ url, settings, ctx, home = homeDefault }: Input): OneClone["repository"] {
	return {
		position: 0,
		fullName: githubFullName(url, ctx.githubUrl) ?? url,
		url,
		ref: settings.dotfilesRef,
		targetPath: `${home}/.dotfiles`,
		cloneStatus: "pending",
		depth: 1,
		submodules: true,
		push: false,
		isPrivate: null,
		commit: null,
	};
}

type Followed = { argv: string[]; timeoutMs: number; onOutput: (chunk: Buffer) => void };

async function follow({ getLink, signal }: Input, o: Followed) {
	const pidFile = "/var/tmp/devbox-dotfiles.running";
	await endLeftover({ getLink, pidFile, signal });
	const { argv, timeoutMs, onOutput } = o;
	return followCommand({ getLink, argv, pidFile, timeoutMs, signal, onStdout: onOutput, onStderr: onOutput });
}
