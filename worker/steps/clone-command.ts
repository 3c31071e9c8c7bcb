/** How a repository is cloned in a box: the script, its arguments, what its words on standard error mean. */
import { isCommit } from "../../lib/domain/repository-url.ts";

/** $1 own folder for state, $2 address, $3 target, $4 `branch`, `commit` or `default`, $5 ref. */
const script = `
set -eu
umask 022
export LC_ALL=C GIT_TERMINAL_PROMPT=0
state=$1 url=$2 target=$3 kind=$4 ref=$5
parent=$(dirname -- "$target")
mkdir -p -- "$parent" "$state"
partial=$parent/.$(basename -- "$target").cloning
place() {
	[ -d "$partial" ] || return 0
	if [ -d "$target" ]; then rmdir -- "$target" 2>/dev/null || { echo "fatal: destination path already exists" >&2; exit 128; }; fi
	mv -T -- "$partial" "$target"
}
if [ ! -e "$state/whole" ]; then
	if [ -e "$target" ] && ! { [ -d "$target" ] && [ -z "$(ls -A -- "$target")" ]; }; then
		echo "fatal: destination path already exists" >&2
		exit 128
	fi
	rm -rf -- "$partial"
	case $kind in
	default) git clone --progress -- "$url" "$partial" ;;
	branch) git clone --progress --branch "$ref" -- "$url" "$partial" ;;
	commit)
		git clone --progress --no-checkout -- "$url" "$partial"
		git -C "$partial" checkout --quiet --detach "$ref" 2>/dev/null || {
			git -C "$partial" fetch --progress origin "$ref"
			git -C "$partial" checkout --quiet --detach "$ref"
		}
		;;
	esac
	: >"$state/whole"
fi
place
echo "branch=$(git -C "$target" symbolic-ref --quiet --short HEAD || :)"
echo "commit=$(git -C "$target" rev-parse --quiet --verify HEAD || :)"`;

/** A program and its arguments. No text of anybody's is ever part of the script. */
export function cloneArgv(o: { stateFolder: string; url: string; targetPath: string; ref: string | null }): string[] {
	const kind = o.ref === null ? "default" : isCommit(o.ref) ? "commit" : "branch";
	return ["/bin/sh", "-c", script, "sh", o.stateFolder, o.url, o.targetPath, kind, o.ref ?? ""];
}

/** What a finished clone said of itself; it comes from a box, so that only what has the right form counts. */
export function parseCloned(stdout: string): { branch: string | null; commit: string | null } {
	const [, branch = null] = /^branch=([^\s]{1,255})$/m.exec(stdout) ?? [];
	const [, commit = null] = /^commit=([0-9a-f]{40,64})$/m.exec(stdout) ?? [];
	return { branch, commit };
}

/** The state that git last drew: `Receiving objects:  45% (90/200), 1.20 MiB`. */
export function progressOf(stderr: string): string | null {
	const lines = stderr.split(/[\r\n]+/).map((line) => line.replace(/^remote: /, "").trim());
	const line = lines.findLast((candidate) => /^[A-Z][A-Za-z ]{2,40}:\s+\d{1,3}% /.test(candidate));
	return line ? line.slice(0, 120) : null;
}

export type CloneProblem = { kind: "no_network" | "final"; message: string };

type Failed = { url: string; ref: string | null; targetPath: string; stderr: string; code: number | null };

const meanings: readonly { pattern: RegExp; words: (o: Failed) => string; isNetwork?: true }[] = [
	{
		pattern:
			/remote branch .* not found|couldn't find remote ref|not our ref|reference is not a tree|unable to read tree/i,
		words: ({ ref }) => `There is no branch, tag or commit ${JSON.stringify(ref)} in this repository.`,
	},
	{
		pattern: /could not read Username|Authentication failed|returned error: 40[13]/i,
		words: () =>
			"The repository was not found, or is private. Check the address; a private repository cannot be cloned without a connection that may read it.",
	},
	{
		pattern: /repository\b.*not found|not found: did you run|returned error: 404/i,
		words: () => "The repository was not found. Check the address.",
	},
	{
		pattern: /certificate/i,
		words: ({ url }) => `The certificate of ${new URL(url).host} is not trusted in the devbox.`,
	},
	{
		pattern: /destination path .*already exists/i,
		words: ({ targetPath }) => `${targetPath} is there already and is not empty. Choose another target_path.`,
	},
	{ pattern: /No space left on device|Disk quota exceeded/i, words: () => "The devbox's disk is full." },
	{
		pattern: /env-exec: cannot run|git: (not found|command not found)/i,
		words: () => "There is no git in this image.",
	},
	{
		pattern:
			/Could not resolve host|Failed to connect|Couldn't connect|timed out|Connection (refused|reset)|Network is unreachable|No route to host|early EOF|RPC failed|returned error: (429|5\d\d)|unexpected disconnect|TLS connection|gnutls_handshake|SSL_ERROR/i,
		words: ({ url, stderr }) => `${new URL(url).host} could not be reached from the devbox: ${lastLine(stderr)}`,
		isNetwork: true,
	},
];

/** What went wrong, in words for the box's owner. */
export function cloneProblem(o: Failed): CloneProblem {
	// Names may hold any of these words.
	const said = o.stderr.replaceAll(o.url, "").replace(/^Cloning into .*$/gm, "");
	const known = meanings.find(({ pattern }) => pattern.test(said));
	if (known) return { kind: known.isNetwork ? "no_network" : "final", message: known.words(o) };
	return { kind: "final", message: `git failed (exit code ${o.code}): ${lastLine(o.stderr) || "it said nothing"}` };
}

function lastLine(stderr: string): string {
	const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
	return (lines.findLast((line) => /^(fatal|error):/.test(line)) ?? lines.findLast(Boolean) ?? "").slice(0, 500);
}
