import type { CreateDevboxRequest } from "../../contract/devboxes.ts";
import type { NewDevboxRepository } from "../../db/devbox-inputs.ts";
import { type AppError, invalidField } from "../../domain/errors.ts";
import { canonicalTarget, defaultTarget, parseRepositoryUrl } from "../../domain/repository-url.ts";

/** With the workspace's default filled in; an empty `repository` is none. */
type AskedRepositories = Pick<CreateDevboxRequest, "branch" | "repositories"> & { repository: string };

/** The one of `repository`, then those of `repositories`, each with its address and place. Throws `invalid` when two would be in each other's way. */
export function requestedRepositories(body: AskedRepositories, o: { githubUrl: string }): NewDevboxRepository[] {
	const repositories = body.repositories.map((asked) => ({
		repoId: asked.repo_id,
		fullName: asked.full_name,
		url: `${o.githubUrl}/${asked.full_name}`,
		ref: asked.ref ?? null,
		targetPath: asked.target_path?.replace(/\/$/, "") ?? defaultTarget(asked.full_name),
		depth: asked.depth ?? null,
		submodules: asked.submodules,
		push: asked.push,
	}));
	const all = [...singleRepository(body), ...repositories];
	for (const [index, one] of all.entries())
		for (const other of all.slice(0, index)) {
			if (isInside(one, other) || isInside(other, one)) throw overlap(one, other);
		}
	return all;
}

function singleRepository(body: AskedRepositories): NewDevboxRepository[] {
	if (body.repository === "") return [];
	const parsed = parseRepositoryUrl(body.repository);
	if ("problem" in parsed) throw invalidField("repository", parsed.problem);
	const { url, fullName } = parsed.value;
	const targetPath = defaultTarget(fullName);
	const whole = { depth: null, submodules: false, push: false };
	return [{ repoId: 0, fullName, url, ref: body.branch ?? null, targetPath, ...whole }];
}

function isInside(one: NewDevboxRepository, other: NewDevboxRepository): boolean {
	return `${canonicalTarget(one.targetPath)}/`.startsWith(`${canonicalTarget(other.targetPath)}/`);
}

function overlap(one: NewDevboxRepository, other: NewDevboxRepository): AppError {
	const where = one.targetPath === other.targetPath ? one.targetPath : `${other.targetPath} and ${one.targetPath}`;
	return invalidField(
		"repositories",
		`${other.fullName} and ${one.fullName} would be in each other's way in ${where}. Give one of them another target_path.`,
	);
}
