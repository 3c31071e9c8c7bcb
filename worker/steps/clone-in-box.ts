/** A public repository: git in the box clones it by its address. */
import { gitProxyUrl, proxiedAddresses } from "../../lib/domain/git-proxy.ts";
import type { CloneAccess } from "./clone-access.ts";
import { cloneArgv, proxyArgv } from "./clone-command.ts";
import { type CloneProblem, cloneProblem, cloneTimedOut } from "./clone-problem.ts";
import { type BoxCommandEnd, type Cloned, clonedFrom, type OneClone, runInBox, stateFolderOf } from "./clone-run.ts";

export async function cloneInBox(o: OneClone, access: CloneAccess): Promise<Cloned | CloneProblem> {
	const { repository } = o;
	const cloned = await runInBox({ ...o, argv: cloneArgv({ stateFolder: stateFolderOf(o), ...repository }) });
	if (!isDone(cloned)) return problemOf(o, cloned, access.kind === "public" ? access.hint : null);
	if (access.kind !== "granted" || !access.facts.isProxied) return clonedFrom(cloned.stdout);
	const { fullName } = access.repository;
	const insteadOf = proxiedAddresses({ githubUrl: o.ctx.githubUrl, fullName: repository.fullName });
	const argv = proxyArgv({ targetPath: repository.targetPath, proxy: { url: gitProxyUrl(fullName), insteadOf } });
	const configured = await runInBox({ ...o, argv });
	return isDone(configured) ? clonedFrom(cloned.stdout) : problemOf(o, configured, null);
}

function isDone({ end }: BoxCommandEnd): boolean {
	return !end.isTimedOut && end.code === 0;
}

function problemOf(o: OneClone, { end, stderr }: BoxCommandEnd, hint: string | null): CloneProblem {
	if (end.isTimedOut) return cloneTimedOut;
	return cloneProblem({ ...o.repository, stderr, code: end.code, hint });
}
