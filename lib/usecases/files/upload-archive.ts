/**
 * A directory from an archive, all of it or nothing. In order: what arrives is filtered on our side; the box's own tar unpacks it, as
 * the box's user, into a fresh hidden directory on the target's file system; only when the archive was whole does the directory take
 * its name, or its content its places. Until then the target is as it was.
 */
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { archiveConflicts, UploadedArchiveResponse } from "../../contract/files.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxChannel, BoxFiles, BoxLink, BoxUser } from "../../domain/box-link.ts";
import { joinPath, parentOf } from "../../domain/box-path.ts";
import { newReplacedName, newUploadName } from "../../domain/upload-path.ts";
import type { BoxDeps } from "../deps.ts";
import { type ArchiveCounts, filterArchive, gunzipped } from "./archive-filter.ts";
import { bodyChunks } from "./body-chunks.ts";
import { runInBox, scriptCommand, scriptEnvironment } from "./box-script.ts";
import { about, conflict, diskFull, failedInBox, isCode, shown } from "./file-errors.ts";
import { type FileSession, withFileSession } from "./file-session.ts";
import { refuseGuarded } from "./guarded-paths.ts";
import { type IdleDeadline, openIdleDeadline, reasonOf } from "./idle-deadline.ts";
import { makeDirectories } from "./make-directory.ts";
import { sweepUploads } from "./sweep-uploads.ts";
import { roomIn, withinSignal } from "./within-signal.ts";

export type UploadArchiveInput = {
	params: { id: string };
	query: {
		path: string;
		if_exists: (typeof archiveConflicts)[number];
		parents: "true" | "false";
		user: BoxUser;
	};
	body: Readable;
	/** Ends the upload: the credential was revoked, the server closes. */
	signal: AbortSignal;
};

/** `take`: the fresh directory takes the name. `merge`: its content goes into the one that is there. `replace`: they change places. */
type Plan = { how: "take" | "merge" | "replace"; path: string; stagingIn: string };

const placeTimeoutMs = 300_000;
const cleanTimeoutMs = 60_000;

export function uploadArchive(deps: BoxDeps, actor: Actor, o: UploadArchiveInput): Promise<UploadedArchiveResponse> {
	const { query } = o;
	return withFileSession(deps, actor, {
		id: o.params.id,
		user: query.user,
		signal: o.signal,
		async work(session) {
			const plan = await planOf(session, { path: session.resolve(query.path), ifExists: query.if_exists });
			if (query.parents === "true") await makeDirectories(session.files, plan.stagingIn);
			// What cannot be swept now is looked at again in an hour.
			sweepUploads(session.link, plan.stagingIn).catch(() => undefined);
			const staging = joinPath(plan.stagingIn, newUploadName());
			const deadline = openIdleDeadline(o);
			try {
				const counts = await unpack(session, { body: o.body, staging, deadline });
				await place(session, plan, staging);
				return { path: plan.path, entries: counts.entries, size_bytes: counts.sizeBytes };
			} catch (error) {
				await clean(session.link, staging);
				throw reasonOf(deadline.signal, error);
			} finally {
				deadline.close();
			}
		},
	});
}

async function planOf(
	session: FileSession,
	o: { path: string; ifExists: UploadArchiveInput["query"]["if_exists"] },
): Promise<Plan> {
	const { files } = session;
	const found = await files.follow(o.path).catch((error) => {
		if (isCode(error, "not_found")) return null;
		throw about(o.path, error);
	});
	if (found === null) return { how: "take", path: o.path, stagingIn: parentOf(o.path) };
	if (found.kind !== "directory") throw conflict(`${shown(o.path)} is there already and not a directory.`);
	// A symlink to a directory stays; what it leads to is the target.
	const path = await files.realPath(o.path);
	if (o.ifExists === "replace") {
		await refuseGuarded(session, { path, loc: ["query", "path"] });
		return { how: "replace", path, stagingIn: parentOf(path) };
	}
	const isEmpty = (await files.list(path)).entries.length === 0;
	if (o.ifExists === "fail" && !isEmpty)
		throw conflict(`${shown(path)} is there already and not empty. Choose if_exists=merge or if_exists=replace.`);
	return { how: "merge", path, stagingIn: path };
}

// Our filter let nothing pass that leads out. What the flags add: no owner of the archive's choosing, and modes as they stand in it.
const unpackScript = `umask 022
exec tar --extract --file=- --directory="$DEVBOX_STAGING" --no-same-owner --preserve-permissions --warning=no-timestamp`;

async function unpack(
	{ link, files }: FileSession,
	o: { body: Readable; staging: string; deadline: IdleDeadline },
): Promise<ArchiveCounts> {
	const { signal } = o.deadline;
	await makeStaging(files, o.staging);
	const filter = filterArchive({ source: gunzipped(bodyChunks(o.body, signal)), unfit: "refuse" });
	const env = scriptEnvironment(unpackScript, { DEVBOX_STAGING: o.staging });
	const channel = await link.open({ command: scriptCommand, env, signal });
	const stderr = readTail(channel);
	try {
		let failure: unknown = null;
		try {
			for await (const chunk of filter.output) {
				o.deadline.touch();
				// A process that has ended says why by its exit.
				if (channel.stdio.writableEnded || channel.stdio.destroyed) break;
				if (!channel.stdio.write(chunk)) await roomIn(channel.stdio, signal);
			}
		} catch (error) {
			failure = error;
		}
		// After a failure as well: tar must have ended before what it made is removed.
		channel.stdio.end();
		const { code } = await withinSignal(channel.exit, failure ? AbortSignal.timeout(endTimeoutMs) : signal);
		if (failure) throw failure;
		if (code === 0) return filter.counts;
		throw failedInBox({ what: "The archive was not unpacked", stderr: await stderr(), code });
	} finally {
		channel.close();
	}
}

async function makeStaging(files: BoxFiles, staging: string): Promise<void> {
	const folder = parentOf(staging);
	await files.makeDirectory(staging).catch((error) => {
		if (isCode(error, "not_found"))
			throw conflict(`The directory ${shown(folder)} is not there. Make it with parents=true.`, error);
		// The name is fresh, so what the directory could not do is to take one more.
		if (isCode(error, "conflict")) throw diskFull(`${shown(folder)} takes no new directory`);
		throw about(folder, error);
	});
}

const endTimeoutMs = 5_000;
const stderrBytesMax = 4096;

/** The last of what the process says, once it has ended. */
function readTail(channel: BoxChannel): () => Promise<string> {
	let kept = Buffer.alloc(0);
	channel.stdio.resume();
	channel.stderr.on("data", (chunk: Buffer) => {
		kept = Buffer.concat([kept, chunk]).subarray(-stderrBytesMax);
	});
	const ended = finished(channel.stderr, { writable: false }).catch(() => undefined);
	return async () => {
		await withinSignal(ended, AbortSignal.timeout(endTimeoutMs)).catch(() => undefined);
		return kept.toString("utf8");
	};
}

// Everything is looked at before anything is moved. A symlink of the box counts as what it is: nothing is written through one.
// Hard links put each file in its place at once, whole, and cost no space.
const mergeScript = `
cd -- "$DEVBOX_STAGING" || exit 1
find . -mindepth 1 -type d -exec sh -c '
	for name; do
		if [ -L "$DEVBOX_PATH/$name" ] || { [ -e "$DEVBOX_PATH/$name" ] && [ ! -d "$DEVBOX_PATH/$name" ]; }; then
			printf "%s is a directory in the archive and none in the devbox\\n" "$name" >&2; exit 1
		fi
	done' sh {} + || exit 1
find . ! -type d -exec sh -c '
	for name; do
		if [ -d "$DEVBOX_PATH/$name" ] && [ ! -L "$DEVBOX_PATH/$name" ]; then
			printf "%s is a directory in the devbox and none in the archive\\n" "$name" >&2; exit 1
		fi
	done' sh {} + || exit 1
find . -mindepth 1 -maxdepth 1 -exec cp -al --remove-destination --target-directory="$DEVBOX_PATH" -- {} + || exit 1
find . -type d ! -perm -700 -exec chmod u+rwx {} \\;
cd / && exec rm -rf -- "$DEVBOX_STAGING"`;

const replaceScript = `
mv -T -- "$DEVBOX_PATH" "$DEVBOX_OLD" || exit 1
mv -T -- "$DEVBOX_STAGING" "$DEVBOX_PATH" || { mv -T -- "$DEVBOX_OLD" "$DEVBOX_PATH"; exit 1; }
find "$DEVBOX_OLD" -type d ! -perm -700 -exec chmod u+rwx {} \\; 2>/dev/null
rm -rf --one-file-system -- "$DEVBOX_OLD" 2>/dev/null
:`;

async function place(session: FileSession, plan: Plan, staging: string): Promise<void> {
	if (plan.how === "take") {
		await session.files.rename({ from: staging, to: plan.path, keepExisting: true }).catch((error) => {
			if (!isCode(error, "conflict")) throw about(plan.path, error);
			throw conflict(`Something else has taken the name ${shown(plan.path)} meanwhile. Look at it, then try again.`);
		});
		return;
	}
	const isMerge = plan.how === "merge";
	await runInBox(session.link, {
		what: isMerge ? "The archive was not merged" : `${shown(plan.path)} was not replaced`,
		script: isMerge ? mergeScript : replaceScript,
		env: {
			DEVBOX_PATH: plan.path,
			DEVBOX_STAGING: staging,
			DEVBOX_OLD: joinPath(parentOf(plan.path), newReplacedName()),
		},
		timeoutMs: placeTimeoutMs,
	});
}

/** Where it cannot be removed now, the sweep will. Files are left as they are: after a merge they may be the target's own. */
async function clean(link: BoxLink, staging: string): Promise<void> {
	const script = `
[ -d "$DEVBOX_STAGING" ] || exit 0
find "$DEVBOX_STAGING" -type d ! -perm -700 -exec chmod u+rwx {} \\;
exec rm -rf --one-file-system -- "$DEVBOX_STAGING"`;
	await runInBox(link, {
		what: "The upload was not removed",
		script,
		env: { DEVBOX_STAGING: staging },
		timeoutMs: cleanTimeoutMs,
	}).catch(() => undefined);
}
