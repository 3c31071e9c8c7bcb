/** One repository into a box, by the way that its owner's access says: from a mirror, or in the box by its address. */
import { findAccess } from "./clone-access.ts";
import { cloneFromMirror } from "./clone-from-mirror.ts";
import { cloneInBox } from "./clone-in-box.ts";
import type { CloneProblem } from "./clone-problem.ts";
import type { Cloned, OneClone } from "./clone-run.ts";

export async function cloneByAccess(o: OneClone): Promise<Cloned | CloneProblem> {
	const access = await findAccess(o);
	if (access.kind === "problem") return access.problem;
	if (access.kind !== "granted") return cloneInBox(o, access);
	await o.ctx.writeClone({ position: o.repository.position, status: "cloning", ...access.facts });
	// git in the box has no way to a private submodule, whoever may see the repository itself.
	const needsMirror = access.repository.isPrivate || o.repository.submodules;
	return needsMirror ? cloneFromMirror(o, access) : cloneInBox(o, access);
}
