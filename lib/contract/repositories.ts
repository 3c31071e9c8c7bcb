/** Repositories in devboxes: how they are asked for, and what became of them. */
import { z } from "zod";
import { cloneStatuses, fullNameProblem, refProblem, targetPathProblem } from "../domain/repository-url.ts";

/** A text that a rule of the domain has nothing against. */
function textWithout(problemOf: (text: string) => string | null) {
	return z.string().superRefine((text, context) => {
		const message = problemOf(text);
		if (message) context.addIssue({ code: "custom", message });
	});
}

export const gitRef = textWithout(refProblem).meta({ description: "Branch, tag or commit", example: "main" });

export const devboxRepositoryRequest = z
	.object({
		repo_id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).meta({ description: "GitHub's id of it" }),
		full_name: textWithout(fullNameProblem).meta({ example: "org/repo" }),
		ref: gitRef.optional().meta({ description: "Branch, tag or commit; the default branch when left out" }),
		target_path: textWithout(targetPathProblem).optional().meta({
			description: "A folder below /workspaces, /workspace or /home/devbox; /workspaces/<repo> when left out",
			example: "/workspace/repo",
		}),
	})
	.meta({ id: "DevboxRepositoryRequest" });

export const devboxRepositoryResponse = z
	.object({
		installation_id: z.number(),
		repo_id: z.number(),
		full_name: z.string(),
		ref: z.string().meta({ description: "What is checked out; HEAD until the default branch is known" }),
		target_path: z.string(),
		clone_status: z.enum(cloneStatuses),
		clone_error: z.string().nullable(),
		url: z.string(),
		commit: z.string().nullable(),
	})
	.meta({ id: "DevboxRepository" });
export type DevboxRepositoryResponse = z.infer<typeof devboxRepositoryResponse>;
