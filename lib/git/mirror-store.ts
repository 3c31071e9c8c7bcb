/**
 * Bare mirrors of private repositories, on this server's disk. In order, for each use: the repository's lock; a fetch of the asked ref
 * with the requester's own credential (into a folder beside its place for a first one, moved there when it is whole); an offer that
 * shows that ref alone; the lock given back while the offer is read under a shared one, so that expiry passes it over.
 *
 * A mirror is found by GitHub's number for the repository, and never read but after a fetch with the credential of who asks.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Duplex } from "node:stream";
import { AppError } from "../domain/errors.ts";
import { isCommit } from "../domain/repository-url.ts";
import type { SecretText } from "../domain/secret-text.ts";
import type { AddressGuard } from "../net/address-guard.ts";
import { lockFile } from "./file-lock.ts";
import { gitFailure, noSuchRef, saysBrokenCopy, saysNoSuchRef } from "./git-problem.ts";
import { readSubmodules, type Submodule } from "./git-submodules.ts";
import { requireServerGit } from "./git-version.ts";
import { type OfferedRef, removeOffer, sendPack, serveOffer, writeOffer } from "./mirror-offer.ts";
import { type MirrorLimits, sweepMirrors } from "./mirror-sweep.ts";
import { type ReadyPack, takeReadyPack } from "./ready-pack.ts";
import { type GitEnd, type GitSetting, remoteSettings, runGit } from "./server-git.ts";

/** As GitHub told it for the requester, a moment ago. */
export type MirroredRepository = {
	repoId: number;
	fullName: string;
	cloneUrl: string;
	defaultBranch: string;
	token: SecretText;
};

export type Offer = {
	ref: OfferedRef;
	/** All of the ref's history as files, where that was asked for. */
	pack: ReadyPack | null;
	/** Sends `pack`: its index, then itself. Answers the bytes that went there. */
	send(o: { stream: Duplex; signal: AbortSignal; onBytes: (bytes: number) => void }): Promise<number>;
	/** Serves `git fetch` in a box over this stream. Answers the bytes that went there. */
	serve(o: { stream: Duplex; signal: AbortSignal }): Promise<number>;
	submodules(signal: AbortSignal): Promise<Submodule[]>;
};

type Asking = {
	repository: MirroredRepository;
	/** Branch, tag or commit; null for the default branch. */
	ref: string | null;
	/** Commits of history; null for all. */
	depth: number | null;
	signal: AbortSignal;
	/** What git says of its progress. */
	onProgress?: (text: string) => void;
};

export type MirrorStore = {
	/**
	 * Throws AppError `conflict` for a ref, repository or access that is not there, and for one that is too large; `unavailable` and
	 * `timeout` for what may work later.
	 */
	withOffer<T>(o: Asking, use: (offer: Offer) => Promise<T>): Promise<T>;
	/** Removes what is expired, past the bounds, or left by a process that was killed. */
	sweep(): Promise<void>;
};

export type MirrorStoreInput = {
	/** Ours alone. */
	folder: string;
	guard: AddressGuard;
	/** Only what lies below this address is fetched. */
	githubUrl: string;
	limits: MirrorLimits;
	/** Seconds that a server may be slower than 1 kB a second; 60 when left out. */
	silenceSecondsMax?: number;
	now?: () => number;
};

const fetchTimeoutMs = 25 * 60_000;
const localTimeoutMs = 60_000;
/** Tries for a mirror that expires between two locks. */
const triesMax = 5;

export function openMirrorStore(o: MirrorStoreInput): MirrorStore {
	const now = o.now ?? Date.now;
	const origin = new URL(o.githubUrl).origin;
	const sweep = () => sweepMirrors({ folder: o.folder, limits: o.limits, now });

	async function withOffer<T>(asking: Asking, use: (offer: Offer) => Promise<T>): Promise<T> {
		const { repository } = asking;
		if (new URL(repository.cloneUrl).origin !== origin) throw elsewhere(repository);
		await requireServerGit();
		await mkdir(path.join(o.folder, "tmp"), { recursive: true, mode: 0o700 });
		const places = placesOf({ folder: o.folder, origin, repoId: repository.repoId });
		const offerFolder = path.join(o.folder, "tmp", `offer-${randomUUID()}`);
		try {
			return await withFilled(asking, { places, offerFolder, use });
		} finally {
			await removeOffer(offerFolder);
		}
	}

	async function withFilled<T>(
		asking: Asking,
		{ places, offerFolder, use }: { places: Places; offerFolder: string; use: (offer: Offer) => Promise<T> },
	): Promise<T> {
		const { repository } = asking;
		const reading = await fillAndHold({ ...asking, ...o, places, offerFolder });
		try {
			const { ref, pack } = reading;
			await writeOffer({ folder: offerFolder, mirror: places.mirror, ref });
			await touch(places.use, now());
			return await use({
				ref,
				pack,
				send: async (sending) => (pack ? sendPack({ folder: offerFolder, pack, ...sending }) : 0),
				serve: (serving) => serveOffer({ folder: offerFolder, ...serving }),
				submodules: (until) =>
					ref.commit === null
						? Promise.resolve([])
						: readSubmodules({
								mirror: places.mirror,
								commit: ref.commit,
								parentUrl: repository.cloneUrl,
								signal: until,
							}),
			});
		} finally {
			reading.release();
		}
	}

	return { withOffer, sweep };
}

type Places = { mirror: string; fill: string; use: string; tmp: string };

/** By numbers alone: no name of anybody's is a file's name here. */
function placesOf(o: { folder: string; origin: string; repoId: number }): Places {
	if (!Number.isSafeInteger(o.repoId) || o.repoId < 1) throw new TypeError("a repository's id is a number");
	const key = `${createHash("sha256").update(o.origin).digest("hex").slice(0, 8)}-${o.repoId}`;
	const place = (ending: string) => path.join(o.folder, `${key}.${ending}`);
	return { mirror: place("git"), fill: place("fill"), use: place("use"), tmp: path.join(o.folder, "tmp") };
}

type Filling = Asking & MirrorStoreInput & { places: Places; offerFolder: string };
type Filled = { ref: OfferedRef; pack: ReadyPack | null };

/** The ref is in the mirror, which nobody removes until `release`. */
async function fillAndHold(o: Filling): Promise<Filled & { release: () => void }> {
	const { places, signal } = o;
	for (let left = triesMax; left > 0; left--) {
		const filling = await lockFile({ file: places.fill, mode: "exclusive", isPatient: true, signal });
		let filled: Filled;
		try {
			filled = await fill(o);
		} finally {
			filling?.release();
		}
		const reading = await lockFile({ file: places.use, mode: "shared", isPatient: true, signal });
		if (reading && (await exists(places.mirror))) return { ...filled, release: reading.release };
		reading?.release();
	}
	throw new AppError({ code: "unavailable", message: "The server's copy of the repository went away. Try again." });
}

async function fill(o: Filling): Promise<Filled> {
	const once = async () => {
		const ref = await fetchRef(o);
		return { ref, pack: await packOf(o, ref) };
	};
	try {
		return await once();
	} catch (error) {
		if (!saysBrokenCopy(error) || !(await discard(o.places))) throw error;
		return once();
	}
}

/** Answers whether there was one. */
async function discard({ mirror, tmp }: Places): Promise<boolean> {
	if (!(await exists(mirror))) return false;
	const trash = path.join(tmp, `trash-${randomUUID()}`);
	await rename(mirror, trash);
	await rm(trash, { recursive: true, force: true });
	return true;
}

async function packOf(o: Filling, { objectId }: OfferedRef): Promise<ReadyPack | null> {
	if (objectId === null || o.depth !== null) return null;
	// Of an earlier try.
	await removeOffer(o.offerFolder);
	const { mirror, tmp } = o.places;
	const packBytesMax = o.limits.repositoryBytesMax;
	return takeReadyPack({
		mirror,
		tmp,
		objectId,
		into: o.offerFolder,
		packBytesMax,
		timeoutMs: fetchTimeoutMs,
		signal: o.signal,
	});
}

async function fetchRef(o: Filling): Promise<OfferedRef> {
	const { places, repository } = o;
	const { cloneUrl: url, token } = repository;
	const settings = await remoteSettings({ url, token, guard: o.guard, silenceSecondsMax: o.silenceSecondsMax });
	if (await exists(places.mirror)) return fetchInto({ ...o, settings, mirror: places.mirror });
	const beside = path.join(places.tmp, `fill-${randomUUID()}`);
	try {
		const made = await local(o, ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", beside]);
		if (made.code !== 0) throw failed(o, made);
		const ref = await fetchInto({ ...o, settings, mirror: beside });
		await rename(beside, places.mirror);
		return ref;
	} finally {
		await rm(beside, { recursive: true, force: true });
	}
}

type Fetching = Filling & { settings: GitSetting[]; mirror: string };

async function fetchInto(o: Fetching): Promise<OfferedRef> {
	const { ref, repository } = o;
	if (ref !== null && isCommit(ref)) return fetchCommit(o, ref);
	const branch = ref ?? repository.defaultBranch;
	const fromBranch = await fetchOne(o, `refs/heads/${branch}`);
	if (fromBranch) return { kind: "branch", name: branch, ...fromBranch };
	if (ref === null) {
		if (await hasRefs(o)) throw noSuchRef({ ...repository, ref: branch });
		return { kind: "empty", name: branch, objectId: null, commit: null };
	}
	const fromTag = await fetchOne(o, `refs/tags/${ref}`);
	if (fromTag) return { kind: "tag", name: ref, ...fromTag };
	throw noSuchRef({ ...repository, ref });
}

async function fetchCommit(o: Fetching, commit: string): Promise<OfferedRef> {
	const offered: OfferedRef = { kind: "commit", name: null, objectId: commit, commit };
	// A fetch of a commit that is here already asks nobody: whether this requester may read the repository is asked first.
	await hasRefs(o);
	if ((await fetchSpecs(o, [`+${commit}:refs/asked/${commit}`])) === "fetched") return offered;
	// A server that gives no commit by its name: all that it shows is fetched, and looked through.
	await fetchSpecs(o, ["+refs/heads/*:refs/all/heads/*", "+refs/tags/*:refs/all/tags/*"]);
	const isThere = await local(o, ["--git-dir", o.mirror, "cat-file", "-e", `${commit}^{commit}`]);
	if (isThere.code !== 0) throw noSuchRef({ ...o.repository, ref: commit });
	return offered;
}

async function fetchSpecs(o: Fetching, refspecs: string[]): Promise<"fetched" | "no_such_ref"> {
	const options = ["--no-tags", "--no-write-fetch-head", "--force", "--progress", "--no-auto-maintenance", "--prune"];
	const end = await runGit({
		args: ["--git-dir", o.mirror, "fetch", ...options, "--", o.repository.cloneUrl, ...refspecs],
		settings: o.settings,
		fileBytesMax: o.limits.repositoryBytesMax,
		timeoutMs: fetchTimeoutMs,
		signal: o.signal,
		onStderr: o.onProgress,
	});
	if (end.code === 0) return "fetched";
	if (saysNoSuchRef(end)) return "no_such_ref";
	throw failed(o, end);
}

/** Whether the server shows this requester anything at all: a repository without commits is no error. */
async function hasRefs(o: Fetching): Promise<boolean> {
	const args = ["ls-remote", "--quiet", "--", o.repository.cloneUrl];
	const end = await runGit({ args, settings: o.settings, timeoutMs: localTimeoutMs, signal: o.signal });
	if (end.code !== 0) throw failed(o, end);
	return end.stdout !== "";
}

/** Under a name made of its own: of two names that were a branch and a folder of branches at different times, both have room. */
async function fetchOne(o: Fetching, name: string): Promise<{ objectId: string; commit: string } | null> {
	const kept = `refs/asked/${createHash("sha256").update(name).digest("hex")}`;
	if ((await fetchSpecs(o, [`+${name}:${kept}`])) === "no_such_ref") return null;
	const end = await local(o, ["--git-dir", o.mirror, "rev-parse", "--verify", kept]);
	const peeled = await local(o, ["--git-dir", o.mirror, "rev-parse", "--verify", "--quiet", `${kept}^{commit}`]);
	const [objectId, commit] = [end.stdout.trim(), peeled.stdout.trim()];
	if (!objectId) throw failed(o, end);
	// A tag of something that is no commit cannot be checked out.
	return commit ? { objectId, commit } : null;
}

function local(o: Pick<Asking, "signal">, args: string[]): Promise<GitEnd> {
	return runGit({ args, timeoutMs: localTimeoutMs, signal: o.signal });
}

function failed(o: Filling, end: GitEnd): AppError {
	const { host } = new URL(o.repository.cloneUrl);
	const { fullName } = o.repository;
	return gitFailure(end, { host, fullName, ref: o.ref, repositoryBytesMax: o.limits.repositoryBytesMax });
}

function elsewhere({ fullName }: MirroredRepository): AppError {
	return new AppError({
		code: "conflict",
		message: `${fullName} is not at the GitHub that this server is connected to.`,
	});
}

async function exists(folder: string): Promise<boolean> {
	return stat(folder).then(
		() => true,
		(error: NodeJS.ErrnoException) => {
			if (error.code === "ENOENT") return false;
			throw error;
		},
	);
}

/** When it was last used is the time of this file. */
async function touch(file: string, at: number): Promise<void> {
	await writeFile(file, "", { flag: "a", mode: 0o600 });
	await utimes(file, at / 1000, at / 1000);
}
