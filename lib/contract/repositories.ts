/** Repositories in devboxes: how they are asked for, and what became of them. */
import { z } from "zod";
import {
	cloneDepthMax,
	cloneStatuses,
	fullNameProblem,
	refProblem,
	targetPathProblem,
} from "../domain/repository-url.ts";
import { textWithout } from "./text-without.ts";

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
		depth: z
			.number()
			.int()
			.min(1)
			.max(cloneDepthMax)
			.optional()
			.meta({ description: "Commits of history to bring along; all of it when left out", example: 1 }),
		submodules: z.boolean().default(false).meta({ description: "Clones its submodules as well" }),
		push: z.boolean().default(false).meta({
			description: "Lets git in the devbox push to it with your GitHub connection; fetching needs no choice",
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
		depth: z.number().nullable().meta({ description: "Commits of history; null for all" }),
		submodules: z.boolean(),
		push: z.boolean(),
		is_private: z.boolean().nullable().meta({ description: "As GitHub told it when it was cloned" }),
		is_proxied: z.boolean().meta({ description: "git in the devbox reaches it with your GitHub connection" }),
		clone_note: z.string().nullable().meta({ description: "What to know of this clone" }),
	})
	.meta({ id: "DevboxRepository" });
export type DevboxRepositoryResponse = z.infer<typeof devboxRepositoryResponse>;
