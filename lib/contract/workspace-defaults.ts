/** What devboxes are made with where their makers say nothing, and what nobody may differ from. */
import { z } from "zod";
import { sizeNames } from "../domain/sizes.ts";
import {
	autoStopIdleTimeout,
	expiresAfter,
	imageName,
	repositoryAddress,
	setupCommands,
	setupTimeoutSeconds,
	sizeWord,
} from "./devbox-inputs.ts";
import { networkPolicyRequest, networkPolicyValue } from "./network-policy.ts";
import { defineOperations } from "./operation.ts";
import { gitRef } from "./repositories.ts";

const quotaWords = "A whole number from 0 to 1000.";
export const devboxQuota = z
	.number(quotaWords)
	.int(quotaWords)
	.min(0, quotaWords)
	.max(1000, quotaWords)
	.meta({ description: "How many devboxes each member may have" });

const repository = z
	.object({
		url: repositoryAddress.refine((text) => text !== "", "Give an address, or null for none."),
		branch: gitRef.nullable().default(null),
	})
	.nullable()
	.meta({ description: "A public https git address; null for none" });

function stands<T extends z.ZodType>(value: T) {
	return z.object({ value, locked: z.boolean() });
}

export const workspaceDefaultsResponse = z
	.object({
		version: z.number().meta({ description: "Give it back with a change" }),
		image: stands(z.string()),
		size: stands(z.enum(sizeNames)),
		repository: stands(z.object({ url: z.string(), branch: z.string().nullable() }).nullable()),
		setup_commands: stands(z.array(z.string())),
		setup_timeout_seconds: stands(z.number()),
		auto_stop_idle_timeout: stands(autoStopIdleTimeout),
		expires_after: stands(z.string()),
		network_policy: stands(networkPolicyValue),
		devboxes_per_member: stands(z.number()),
		updated_at: z.iso.datetime().nullable(),
		updated_by: z.string().nullable(),
	})
	.meta({ id: "WorkspaceDefaults" });
export type WorkspaceDefaultsResponse = z.infer<typeof workspaceDefaultsResponse>;

function changed<T extends z.ZodType>(value: T) {
	return z
		.object({
			value: value.optional(),
			locked: z.boolean().optional().meta({ description: "No new devbox may differ" }),
		})
		.optional();
}

export const updateWorkspaceDefaultsRequest = z
	.object({
		version: z.number().int().min(0).meta({ description: "Of the defaults that the change was made from" }),
		image: changed(imageName),
		size: changed(sizeWord),
		repository: changed(repository),
		setup_commands: changed(setupCommands),
		setup_timeout_seconds: changed(setupTimeoutSeconds),
		auto_stop_idle_timeout: changed(autoStopIdleTimeout),
		expires_after: changed(expiresAfter),
		network_policy: changed(networkPolicyRequest),
		devboxes_per_member: changed(devboxQuota),
	})
	.meta({ id: "UpdateWorkspaceDefaultsRequest" });
export type UpdateWorkspaceDefaultsRequest = z.output<typeof updateWorkspaceDefaultsRequest>;

export const workspaceDefaultsOperations = defineOperations({
	getWorkspaceDefaults: {
		id: "getWorkspaceDefaults",
		method: "GET",
		path: "/workspace/defaults",
		summary: "See what devboxes are made with where a create says nothing",
		scope: "devbox:read",
		response: { status: 200, body: workspaceDefaultsResponse },
		errors: ["unauthenticated", "forbidden"],
	},
	updateWorkspaceDefaults: {
		id: "updateWorkspaceDefaults",
		method: "PATCH",
		path: "/workspace/defaults",
		summary: "Change defaults and locks of devboxes to come; what is left out stays",
		scope: "admin",
		permission: "workspace.change",
		body: updateWorkspaceDefaultsRequest,
		response: { status: 200, body: workspaceDefaultsResponse },
		errors: ["unauthenticated", "forbidden", "invalid", "conflict"],
	},
});
