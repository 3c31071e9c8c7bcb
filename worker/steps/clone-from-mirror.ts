/**
 * A private repository, or one whose submodules may be: the server's mirror is brought up to date with the box's owner's own credential, and the asked ref comes from
 * it over a stream of ours into the box. No credential goes there. Its submodules come the same way where they are
 * private, and by their address where they are not.
 */
import { AppError } from "../../lib/domain/errors.ts";
import { gitProxyUrl, proxiedAddresses } from "../../lib/domain/git-proxy.ts";
import type { GithubRepositoryAccess } from "../../lib/domain/github-access.ts";
import { githubFullName } from "../../lib/domain/repository-url.ts";
import type { Submodule } from "../../lib/git/git-submodules.ts";
import type { Offer } from "../../lib/git/mirror-store.ts";
import type { ReadyPack } from "../../lib/git/ready-pack.ts";
import { raceSignal } from "../runner/watch-step.ts";
import type { GrantedAccess } from "./clone-access.ts";
import {
	type ClonePlace,
	fetchArgv,
	finishArgv,
	prepareArgv,
	progressOf,
	receiveArgv,
	submoduleArgv,
	takeArgv,
} from "./clone-command.ts";
import { type CloneProblem, cloneProblem, cloneTimedOut } from "./clone-problem.ts";
import { type BoxCommandEnd, type Cloned, clonedFrom, type OneClone, runInBox, stateFolderOf } from "./clone-run.ts";

const submoduleDepthMax = 5;

export async function cloneFromMirror(o: OneClone, access: GrantedAccess): Promise<Cloned | CloneProblem> {
	const { repository } = o;
	const place = { ...repository, stateFolder: stateFolderOf(o) };
	try {
		const { isProxied } = access.facts;
		const target = { access: access.repository, place, ref: repository.ref, level: 0, isProxied };
		const cloned = await cloneOffered(o, target);
		await audit(o, access.repository, { outcome: "success", commit: cloned.commit });
		return cloned;
	} catch (error) {
		o.ctx.signal.throwIfAborted();
		if (!(error instanceof AppError)) throw error;
		await audit(o, access.repository, { outcome: "failed", commit: null });
		const isNetwork = error.code === "unavailable" || error.code === "timeout";
		return { kind: isNetwork ? "no_network" : "final", message: error.message };
	}
}

type Target = {
	access: GithubRepositoryAccess;
	place: ClonePlace;
	ref: string | null;
	/** Of submodules; 0 for the repository itself. */
	level: number;
	/** git in the box shall find it at the proxy. */
	isProxied: boolean;
};

async function cloneOffered(o: OneClone, target: Target): Promise<Cloned> {
	const onProgress = (text: string) => {
		const progress = progressOf(text);
		if (progress) o.say(`GitHub to server: ${progress}`);
	};
	const { access, ref, place } = target;
	const asking = { repository: access, ref, depth: place.depth, signal: o.ctx.signal, onProgress };
	return o.ctx.mirrors.withOffer(asking, async (offer) => {
		const cloned = await fetchOffer(o, { ...target, offer });
		if (o.repository.submodules && target.level < submoduleDepthMax)
			for (const [index, submodule] of (await offer.submodules(o.ctx.signal)).entries())
				await cloneSubmodule(o, { ...target, submodule, index });
		return cloned;
	});
}

async function fetchOffer(
	o: OneClone,
	{ access, place, offer, level, isProxied }: Target & { offer: Offer },
): Promise<Cloned> {
	const { ref, pack } = offer;
	const { stdout } = await run(o, { argv: prepareArgv({ ...place, ref }) });
	if (stdout.includes("wanted")) {
		const { signal } = o.ctx;
		if (pack) await sendPack(o, { place, offer, pack });
		else await run(o, { argv: fetchArgv({ ...place, ref }), converse: (stream) => offer.serve({ stream, signal }) });
	}
	const { fullName } = o.repository;
	const insteadOf = proxiedAddresses({ githubUrl: o.ctx.githubUrl, fullName });
	const finished = await run(o, {
		argv: finishArgv({
			...place,
			ref,
			isDefault: ref.name === access.defaultBranch,
			// The proxy serves the repositories that the box was made with.
			proxy: level === 0 && isProxied ? { url: gitProxyUrl(access.fullName), insteadOf } : null,
		}),
	});
	return clonedFrom(finished.stdout);
}

type Sending = { place: ClonePlace; offer: Offer; pack: ReadyPack };

/** By the engine's own stream: within the link each byte would be encrypted once more, on the cores that the box has to use. */
async function sendPack(o: OneClone, { place, offer, pack }: Sending): Promise<void> {
	const { signal } = o.ctx;
	const all = pack.indexBytes + pack.packBytes;
	const onBytes = (bytes: number) =>
		o.say(`Server to devbox: ${Math.floor((bytes / all) * 100)}% of ${(all / 1e6).toFixed(1)} MB`);
	const deadline = AbortSignal.timeout(Math.max(0, Math.round(o.deadline - performance.now())));
	const until = AbortSignal.any([signal, deadline]);
	const { engine } = o.ctx.host();
	const receiving = await engine.exec({
		name: o.ctx.instance,
		command: receiveArgv({ ...place, pack }),
		signal: until,
	});
	receiving.stderr.resume();
	const end = () => receiving.kill();
	until.addEventListener("abort", end, { once: true });
	try {
		await offer.send({ stream: receiving.stdio, signal: until, onBytes });
		await raceSignal(receiving.exit, until);
	} catch (error) {
		signal.throwIfAborted();
		if (deadline.aborted) throw new AppError({ code: "conflict", message: cloneTimedOut.message, cause: error });
		throw new AppError({ code: "unavailable", message: "The connection into the devbox was lost.", cause: error });
	} finally {
		until.removeEventListener("abort", end);
		receiving.kill();
	}
	// Its exit tells nothing of a disk that was full half-way: the lengths do.
	await run(o, { argv: takeArgv({ ...place, ref: offer.ref, pack }) });
}

async function cloneSubmodule(o: OneClone, parent: Target & { submodule: Submodule; index: number }): Promise<void> {
	const { submodule, place } = parent;
	o.say(`submodule ${submodule.path}`);
	const access = await submoduleAccess(o, submodule);
	if (access) {
		const below: ClonePlace = {
			stateFolder: `${place.stateFolder}-s${parent.index}`,
			url: submodule.url,
			targetPath: `${place.targetPath}/${submodule.path}`,
			depth: place.depth,
		};
		const level = parent.level + 1;
		await cloneOffered(o, { access, place: below, ref: submodule.commit, level, isProxied: false });
	}
	const argv = submoduleArgv({
		parentPath: place.targetPath,
		path: submodule.path,
		isOurs: access !== null,
		depth: place.depth,
	});
	await run(o, { argv });
}

/** Null: it is not of this GitHub, or nothing that this account reaches; its address is tried then. */
async function submoduleAccess(o: OneClone, { url }: Submodule): Promise<GithubRepositoryAccess | null> {
	const fullName = githubFullName(url, o.ctx.githubUrl);
	if (fullName === null) return null;
	const { ownerId: userId, workspaceId } = o.ctx.devbox;
	try {
		// A public one as well: its own submodules may be private.
		return await o.ctx.github.repository({ userId, workspaceId, fullName, signal: o.ctx.signal });
	} catch (error) {
		if (error instanceof AppError && error.code === "not_found") return null;
		throw error;
	}
}

/** Throws AppError for anything but success. */
async function run(
	o: OneClone,
	command: Pick<Parameters<typeof runInBox>[0], "argv" | "converse">,
): Promise<BoxCommandEnd> {
	const ended = await runInBox({ ...o, ...command });
	const { end, stderr } = ended;
	if (!end.isTimedOut && end.code === 0) return ended;
	const { kind, message } = end.isTimedOut
		? cloneTimedOut
		: cloneProblem({ ...o.repository, stderr, code: end.code, hint: null });
	throw new AppError({ code: kind === "no_network" ? "unavailable" : "conflict", message });
}

async function audit(
	o: OneClone,
	access: GithubRepositoryAccess,
	{ outcome, commit }: { outcome: "success" | "failed"; commit: string | null },
): Promise<void> {
	await o.ctx.audit({
		action: "git.clone",
		outcome,
		detail: { repository: access.fullName, repo_id: access.repoId, ref: o.repository.ref, commit },
	});
}
