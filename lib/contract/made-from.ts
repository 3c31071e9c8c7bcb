/** What a devbox was made from, as exactly as it is known: enough to make another alike, and no secret's value. */
import { z } from "zod";
import { sizeNames } from "../domain/sizes.ts";
import { devboxIdParams } from "./devboxes.ts";
import { variableResponse } from "./environment.ts";
import { defineOperations } from "./operation.ts";
import { devboxRepositoryResponse } from "./repositories.ts";

export const devboxInputsResponse = z
	.object({
		image: z.string(),
		image_ref: z.string().meta({ description: "The exact image", example: "builtin:base@0f9911f5c19c" }),
		size: z.enum(sizeNames),
		repositories: z.array(devboxRepositoryResponse).meta({ description: "With the commit that was checked out" }),
		variables: z.array(variableResponse).meta({ description: "Names and origins; secrets with their versions" }),
		setup_commands: z.array(z.string()),
		setup_timeout_seconds: z.number(),
		origins: z.record(z.string(), z.string()).meta({
			description: "Where each value came from: given, inherited from the workspace's defaults, or locked by them",
		}),
		request: z
			.record(z.string(), z.unknown())
			.meta({ description: "Body of `POST /devboxes` that makes another like it, with commits pinned" }),
		missing: z.array(z.string()).meta({
			description: "What the request has to be completed with: variables and tokens whose values are kept nowhere",
		}),
	})
	.meta({ id: "DevboxInputs" });
export type DevboxInputsResponse = z.infer<typeof devboxInputsResponse>;

export const madeFromOperations = defineOperations({
	getDevboxInputs: {
		id: "getDevboxInputs",
		method: "GET",
		path: "/devboxes/{id}/inputs",
		summary: "See what a devbox was made from, and the request that makes another like it",
		scope: "devbox:read",
		params: devboxIdParams,
		response: { status: 200, body: devboxInputsResponse },
		errors: ["unauthenticated", "forbidden", "not_found"],
	},
});
