/** How a repository is cloned in a box: the scripts, their arguments, and what they say when they are done. */
import path from "node:path";
import { isCommit } from "../../lib/domain/repository-url.ts";
import type { OfferedRef } from "../../lib/git/mirror-offer.ts";
import type { ReadyPack } from "../../lib/git/ready-pack.ts";

/** Each is cloned beside its place; `place` moves it there once `$state/whole` says that it is. */
const begin = `
set -eu
umask 022
export LC_ALL=C GIT_TERMINAL_PROMPT=0
# Files are written by as many processes as the box has cores.
git() { command git -c checkout.workers=0 "$@"; }
state=$1 url=$2 target=$3 kind=$4 ref=$5 depth=$6 submodules=$7
parent=$(dirname -- "$target")
mkdir -p -- "$parent" "$state"
partial=$parent/.$(basename -- "$target").cloning
free() {
	[ ! -e "$target" ] || { [ -d "$target" ] && [ -z "$(ls -A -- "$target")" ]; } || {
		echo "fatal: destination path already exists" >&2
		exit 128
	}
}
place() {
	[ -d "$partial" ] || return 0
	if [ -d "$target" ]; then rmdir -- "$target" 2>/dev/null || { echo "fatal: destination path already exists" >&2; exit 128; }; fi
	mv -T -- "$partial" "$target"
}
pointers() {
	git -C "$target" ls-files -z -- ':(attr:filter=lfs)' 2>/dev/null | (cd -- "$target" && xargs -0 -r head -qc 43 --) 2>/dev/null |
		grep -ac '^version https://git-lfs.github.com/spec/v1$' || :
}
report() {
	echo "branch=$(git -C "$target" symbolic-ref --quiet --short HEAD || :)"
	echo "commit=$(git -C "$target" rev-parse --quiet --verify HEAD || :)"
	echo "lfs=$(pointers)"
}`;

const cloneScript = `${begin}
shift 7
[ -z "$depth" ] || set -- "$@" --depth "$depth"
[ "$submodules" = 0 ] || set -- "$@" --recurse-submodules
[ "$submodules" = 0 ] || [ -z "$depth" ] || set -- "$@" --shallow-submodules
if [ ! -e "$state/whole" ]; then
	free
	rm -rf -- "$partial"
	case $kind in
	default) git clone --progress "$@" -- "$url" "$partial" ;;
	branch) git clone --progress "$@" --branch "$ref" -- "$url" "$partial" ;;
	commit)
		if [ -n "$depth" ] && git init --quiet -- "$partial" && git -C "$partial" remote add origin "$url" &&
			git -C "$partial" fetch --progress --depth "$depth" origin "$ref" 2>/dev/null; then
			git -C "$partial" checkout --quiet --detach "$ref"
		else
			rm -rf -- "$partial"
			git clone --progress --no-checkout -- "$url" "$partial"
			git -C "$partial" checkout --quiet --detach "$ref" 2>/dev/null || {
				git -C "$partial" fetch --progress origin "$ref"
				git -C "$partial" checkout --quiet --detach "$ref"
			}
		fi
		[ "$submodules" = 0 ] || git -C "$partial" submodule update --init --recursive --progress
		;;
	esac
	: >"$state/whole"
fi
place
report`;

/** git in the working copy finds the repository at $proxy where these addresses are written. */
const configure = `
configure() {
	git -C "$target" config --unset-all "url.$proxy.insteadOf" || :
	for address; do git -C "$target" config --add "url.$proxy.insteadOf" "$address"; done
	git -C "$target" config "http.$proxy.proxy" ""
}`;

const proxyScript = `
set -eu
target=$1 proxy=$2
shift 2${configure}
configure "$@"`;

/** An empty working copy beside its place. Says `wanted` unless its objects are there already. */
const prepareScript = `${begin}
[ ! -e "$state/whole" ] && [ ! -e "$state/fetched" ] || exit 0
free
rm -rf -- "$partial"
case $kind in
branch | empty) git init --quiet --initial-branch="$ref" -- "$partial" ;;
*) git init --quiet -- "$partial" ;;
esac
git -C "$partial" remote add origin "$url"
[ "$kind" = empty ] || echo wanted`;

/** As root, by the engine: $1 bytes of the index, $2 the files without their endings. What is written is the user's. */
const receiveScript = `
exec su devbox -s /bin/sh -c 'umask 022; head -c "$1" >"$2.idx" && cat >"$2.pack"' sh "$1" "$2"`;

const places = `
case $kind in
branch) from="refs/heads/$ref" to="refs/remotes/origin/$ref" ;;
tag) from="refs/tags/$ref" to="refs/tags/$ref" ;;
commit) from=HEAD to=refs/devbox/commit ;;
esac`;

/** $8 the pack's name, $9 and $10 the bytes of its index and of itself, $11 the object that the ref is at. */
const takeScript = `${begin}${places}
[ ! -e "$state/whole" ] && [ ! -e "$state/fetched" ] || exit 0
whole() {
	[ "$(wc -c <"$1")" -eq "$2" ] || { echo "fatal: early EOF" >&2; exit 128; }
}
file=$partial/.git/objects/pack/$8
whole "$file.idx" "$9"
whole "$file.pack" "\${10}"
chmod 444 "$file.idx" "$file.pack"
git -C "$partial" update-ref "$to" "\${11}"
: >"$state/fetched"`;

/** The other end of standard input and output is upload-pack on our mirror. */
const fetchScript = `${begin}${places}
printf 'cat <&3 &\\ncat >&4\\nexec 4>&-\\nwait\\n' >"$state/pipe"
shift 7
[ -z "$depth" ] || set -- "$@" --depth "$depth"
exec 3<&0 4>&1 </dev/null >/dev/null
git -C "$partial" -c protocol.ext.allow=always fetch --progress --no-tags "$@" "ext::/bin/sh $state/pipe" "+$from:$to"
: >"$state/fetched"`;

/** $8 whether the branch is the default one, $9 the proxy's address for it or nothing, $10 ff. addresses that it stands for. */
const finishScript = `${begin}${configure}
default=$8 proxy=$9
shift 9
export GIT_LFS_SKIP_SMUDGE=1
if [ ! -e "$state/whole" ]; then
	case $kind in
	branch)
		git -C "$partial" checkout --quiet --force -B "$ref" "refs/remotes/origin/$ref"
		[ "$default" = 0 ] || git -C "$partial" symbolic-ref refs/remotes/origin/HEAD "refs/remotes/origin/$ref"
		;;
	tag) git -C "$partial" checkout --quiet --force --detach "refs/tags/$ref" ;;
	commit)
		git -C "$partial" checkout --quiet --force --detach refs/devbox/commit
		git -C "$partial" update-ref -d refs/devbox/commit
		;;
	esac
	: >"$state/whole"
fi
place
[ -z "$proxy" ] || configure "$@"
report`;

/** Below the working copy of $1, whose submodule is at $2: from its address, or taken in where it was cloned by us. */
const submoduleScript = `
set -eu
export LC_ALL=C GIT_TERMINAL_PROMPT=0
cd -- "$1"
git submodule --quiet init -- "$2"
if [ "$3" = absorb ]; then git submodule --quiet absorbgitdirs -- "$2"
elif [ -n "$4" ]; then git submodule update --init --recursive --progress --depth "$4" -- "$2"
else git submodule update --init --recursive --progress -- "$2"
fi`;

export type ClonePlace = {
	stateFolder: string;
	url: string;
	targetPath: string;
	/** Commits of history; null for all. */
	depth: number | null;
};

function shell(script: string, args: readonly string[]): string[] {
	return ["/bin/sh", "-c", script, "sh", ...args];
}

const depthWord = (depth: number | null) => (depth === null ? "" : String(depth));

/** A program and its arguments. No text of anybody's is ever part of the script. */
export function cloneArgv(o: ClonePlace & { ref: string | null; submodules: boolean }): string[] {
	const kind = o.ref === null ? "default" : isCommit(o.ref) ? "commit" : "branch";
	const submodules = o.submodules ? "1" : "0";
	return shell(cloneScript, [o.stateFolder, o.url, o.targetPath, kind, o.ref ?? "", depthWord(o.depth), submodules]);
}

function offeredArgs(o: ClonePlace, ref: OfferedRef): string[] {
	return [o.stateFolder, o.url, o.targetPath, ref.kind, ref.name ?? "", depthWord(o.depth), "0"];
}

export type Offered = ClonePlace & { ref: OfferedRef };

/** Says `wanted` where the objects have to come yet. */
export function prepareArgv(o: Offered): string[] {
	return shell(prepareScript, offeredArgs(o, o.ref));
}

/** Takes a pack's index and then the pack on its standard input, as root. */
export function receiveArgv(o: Pick<ClonePlace, "targetPath"> & { pack: ReadyPack }): string[] {
	const { dir, base } = path.posix.parse(o.targetPath);
	const file = `${dir}/.${base}.cloning/.git/objects/pack/${o.pack.name}`;
	return shell(receiveScript, [String(o.pack.indexBytes), file]);
}

/** Looks whether what came is whole, and makes it the ref's. */
export function takeArgv(o: Offered & { pack: ReadyPack }): string[] {
	const { name, indexBytes, packBytes } = o.pack;
	return shell(takeScript, [
		...offeredArgs(o, o.ref),
		name,
		String(indexBytes),
		String(packBytes),
		o.ref.objectId ?? "",
	]);
}

/** Fetches over the command's own input and output. */
export function fetchArgv(o: Offered): string[] {
	return shell(fetchScript, offeredArgs(o, o.ref));
}

/** Where git in the box finds a repository, in the place of the addresses that people write. */
type ProxyPlace = { url: string; insteadOf: readonly string[] };

/** Checks out what was fetched. */
export function finishArgv(
	o: ClonePlace & { ref: OfferedRef; isDefault: boolean; proxy: ProxyPlace | null },
): string[] {
	const { url = "", insteadOf = [] } = o.proxy ?? {};
	return shell(finishScript, [...offeredArgs(o, o.ref), o.isDefault ? "1" : "0", url, ...insteadOf]);
}

export function proxyArgv(o: { targetPath: string; proxy: ProxyPlace }): string[] {
	return shell(proxyScript, [o.targetPath, o.proxy.url, ...o.proxy.insteadOf]);
}

export function submoduleArgv(o: {
	parentPath: string;
	path: string;
	isOurs: boolean;
	depth: number | null;
}): string[] {
	return shell(submoduleScript, [o.parentPath, o.path, o.isOurs ? "absorb" : "update", depthWord(o.depth)]);
}

/** What a finished clone said of itself; it comes from a box, so that only what has the right form counts. */
export function parseCloned(stdout: string): { branch: string | null; commit: string | null; lfsPointers: number } {
	const [, branch = null] = /^branch=([^\s]{1,255})$/m.exec(stdout) ?? [];
	const [, commit = null] = /^commit=([0-9a-f]{40,64})$/m.exec(stdout) ?? [];
	const [, lfs = "0"] = /^lfs=(\d{1,9})$/m.exec(stdout) ?? [];
	return { branch, commit, lfsPointers: Number(lfs) };
}

/** The state that git last drew: `Receiving objects:  45% (90/200), 1.20 MiB`. */
export function progressOf(stderr: string): string | null {
	const lines = stderr.split(/[\r\n]+/).map((line) => line.replace(/^remote: /, "").trim());
	const line = lines.findLast((candidate) => /^[A-Z][A-Za-z ]{2,40}:\s+\d{1,3}% /.test(candidate));
	return line ? line.slice(0, 120) : null;
}
