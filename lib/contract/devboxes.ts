import { z } from "zod";
import { accessModes } from "../domain/devbox-access.ts";
import { environmentLimits } from "../domain/devbox-inputs.ts";
import { devboxNameProblem, displayNameProblem } from "../domain/devbox-name.ts";
import { desiredStates, devboxActions, devboxStates, powerStates } from "../domain/devbox-state.ts";
import { idleTimeoutNames } from "../domain/lifetime-rules.ts";
import { operationStatuses } from "../domain/pipelines.ts";
import { repositoriesMax } from "../domain/repository-url.ts";
import { sizeNames } from "../domain/sizes.ts";
import { aiTokenHeaders } from "./ai-tokens.ts";
import {
	autoStopIdleTimeout,
	expiresAfter,
	imageName,
	repositoryAddress,
	setupCommands,
	setupTimeoutSeconds,
	sizeWord,
} from "./devbox-inputs.ts";
import {
	metricsResponse,
	portsResponse,
	terminalName,
	terminalsResponse,
	terminalTicketResponse,
	timestamp,
} from "./devbox-machine.ts";
import { resolvedInputs, updateDevboxRequest } from "./devbox-rules.ts";
import { envEntries } from "./env-entries.ts";
import { networkPolicyRequest } from "./network-policy.ts";
import { defineOperations } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { devboxRepositoryRequest, devboxRepositoryResponse, gitRef } from "./repositories.ts";
import { tailscaleRequest } from "./tailscale-request.ts";
import { textWithout } from "./text-without.ts";

export const devboxIdParams = z.object({ id: z.string().meta({ description: "Id of the devbox, `dbx_…`" }) });

/** What is left out is the workspace's default (`GET /workspace/defaults`). */
const createFields = z.object({
	name: textWithout(displayNameProblem).meta({
		description:
			"DNS label of up to 63 characters, unique in the workspace while the box lives. With a provider token any text of 1 to 128 characters, from which a label is derived.",
		example: "swift-otter-42",
	}),
	image: imageName.optional(),
	size: sizeWord.optional().meta({ description: "s, m, l or xl (`small` is s)", example: "s" }),
	plan: sizeWord.optional().meta({ description: "Another word for `size`", example: "small" }),
	access_mode: z
		.enum(accessModes)
		.default("private")
		.meta({ description: "`workspace`: every member sees that it exists and how it is; nobody but you enters it" }),
	repository: repositoryAddress.optional().meta({
		description: "One public https git address, with or without its scheme; goes to /workspaces/<name>. Empty: none",
		example: "github.com/org/repo",
	}),
	branch: gitRef
		.optional()
		.meta({ description: "Of `repository`: branch, tag or commit; its default branch when left out" }),
	repositories: z
		.array(devboxRepositoryRequest)
		.max(repositoriesMax, `At most ${repositoriesMax} repositories.`)
		.default([]),
	no_checkout: z.boolean().optional().meta({ description: "No repository, not even the workspace's default one" }),
	credential_profile: z
		.object({ inject_codex_token: z.boolean().default(false), inject_claude_token: z.boolean().default(false) })
		.default({ inject_codex_token: false, inject_claude_token: false })
		.meta({
			id: "CredentialProfile",
			description:
				"Injects X-Claude-Token as ANTHROPIC_API_KEY, X-Codex-Token as OPENAI_API_KEY, until the first restart",
		}),
	env: envEntries.default([]).meta({
		description: `Variables of every command inside: a map, or a list whose entries may name a secret (needs the scope secret:use). Names as ^[A-Z_][A-Z0-9_]*$, at most ${environmentLimits.variablesMax}, 32 KiB per value; stored encrypted`,
		example: { NODE_ENV: "development" },
	}),
	setup_commands: setupCommands.optional(),
	setup_timeout_seconds: setupTimeoutSeconds.optional(),
	auto_stop_idle_timeout: autoStopIdleTimeout.optional(),
	expires_after: expiresAfter.optional(),
	network_policy: networkPolicyRequest
		.optional()
		.meta({ description: "Where it may go; the workspace's default when left out" }),
	tailscale: tailscaleRequest
		.optional()
		.meta({ description: "Whether it joins a tailnet; the workspace's default when left out" }),
});

/** `plan` and `size` are one thing: what they say together is `size`; `plan` stays where it was the word used. */
export const createDevboxRequest = createFields
	.transform(({ plan, size, ...rest }, context) => {
		if (plan && size && plan !== size)
			context.addIssue({
				code: "custom",
				path: ["plan"],
				message: `\`plan\` says ${plan} and \`size\` says ${size}: they are the same thing, give one of them.`,
			});
		return { ...rest, size: size ?? plan, plan };
	})
	.meta({ id: "CreateDevboxRequest" });

/** What a person fills in: here a name is always a label. */
export const createDevboxForm = createFields.extend({ name: textWithout(devboxNameProblem) });

export const userSummary = z
	.object({ id: z.string(), login: z.string(), name: z.string().nullable(), avatar_url: z.string().nullable() })
	.meta({ id: "UserSummary" });

export const devboxResponse = z
	.object({
		id: z.string(),
		name: z.string().meta({ description: "As it was given" }),
		label: z.string().meta({ description: "DNS label: host name inside, name in SSH and preview addresses" }),
		state: z.enum(devboxStates),
		created_at: timestamp,
		access_url: z
			.string()
			.nullable()
			.meta({ description: "Page that lists what listens inside; null unless it is ready" }),
		preview_url: z.string().nullable().meta({
			description: "Address of a port's preview, with `{port}` in the place of its number; null where there are none",
			example: "http://{port}--swift-otter-42.localhost:3000",
		}),
		power: z.enum(powerStates),
		desired_state: z.enum(desiredStates),
		reason: z.string().nullable().meta({ description: "Why it stopped, failed or was destroyed" }),
		image: z.string(),
		image_ref: z.string(),
		size: z.enum(sizeNames),
		vcpus: z.number().nullable(),
		memory_mib: z.number().nullable(),
		disk_gib: z.number().nullable(),
		notice: z.string().nullable(),
		owner: userSummary,
		host: z.object({ id: z.string(), name: z.string() }).nullable(),
		address: z.string().nullable().meta({ description: "IPv4 address inside its host's network" }),
		ready_at: timestamp.nullable(),
		last_used_at: timestamp.nullable(),
		destroyed_at: timestamp.nullable(),
		keep_until: timestamp.nullable().meta({ description: "A failed devbox is removed then" }),
		auto_stop_idle_timeout: z.enum(idleTimeoutNames),
		idle_stop_at: timestamp
			.nullable()
			.meta({ description: "Stopped then unless it is used before; null when it is not, or does not run" }),
		expires_after: z.string(),
		expires_at: timestamp.nullable().meta({ description: "Destroyed then; null when it is not" }),
		resolved: resolvedInputs.nullable().meta({
			description:
				"What it was made with, and where each value came from; null for one made before there were defaults",
		}),
		current_step: z
			.object({ step: z.string(), message: z.string(), started_at: timestamp.nullable() })
			.nullable()
			.meta({ description: "The step that runs or waits now" }),
		access_mode: z.enum(accessModes).meta({ description: "Who sees it: its owner, or every member" }),
		credentials_withheld: z.boolean().meta({
			description:
				"It was handed over by another: its owner's GitHub connection, secrets in all boxes and ID tokens are not used in it until they allow it",
		}),
		actions: z.array(z.enum(devboxActions)).meta({ description: "What you may do with it now" }),
	})
	.meta({
		id: "Devbox",
		description:
			"Of another's devbox that is visible to the workspace, addresses, `reason` and messages are left out: null or empty",
	});

export const workspaceDevboxResponse = z
	.object({
		id: z.string(),
		name: z.string(),
		state: z.enum(devboxStates),
		power: z.enum(powerStates),
		desired_state: z.enum(desiredStates),
		access_mode: z.enum(accessModes),
		image: z.string(),
		size: z.enum(sizeNames),
		owner: userSummary,
		owner_is_member: z.boolean().meta({ description: "False when its owner was removed or is disabled" }),
		host: z.object({ id: z.string(), name: z.string() }).nullable(),
		created_at: timestamp,
		last_used_at: timestamp.nullable(),
		actions: z.array(z.enum(["stop", "destroy"])),
	})
	.meta({ id: "WorkspaceDevbox" });
export type WorkspaceDevboxResponse = z.infer<typeof workspaceDevboxResponse>;
export type DevboxResponse = z.infer<typeof devboxResponse>;
export type CreateDevboxRequest = z.output<typeof createDevboxRequest>;

export const operationResponse = z
	.object({
		id: z.string(),
		step: z.string(),
		status: z.enum(operationStatuses),
		message: z.string().meta({ description: "What happened or is being waited for, with the bounded tail of output" }),
		created_at: timestamp,
		pipeline: z.string(),
		run_id: z.string(),
		attempts: z.number(),
		started_at: timestamp.nullable(),
		finished_at: timestamp.nullable(),
	})
	.meta({ id: "Operation" });
export type OperationResponse = z.infer<typeof operationResponse>;

/**
 * What `GET /events` sends: `event: devbox` with the devbox as it is now, `event: operations` with all of a devbox's operations, `event:
 * network` with the `devbox_id` whose network is worth reading again (null: the workspace's policies, or a host's filter).
 */
export const devboxEvents = ["devbox", "operations", "network", "resync"] as const;

export const devboxOperations = defineOperations({
	listDevboxes: {
		id: "listDevboxes",
		method: "GET",
		path: "/devboxes",
		summary: "List your devboxes, and those that others show to the workspace",
		scope: "devbox:read",
		query: z.object({
			include_destroyed: z.enum(["true", "false"]).default("false"),
			owner: z.enum(["me", "others", "any"]).optional().meta({
				description: "Whose: yours, those that others show, or both. Both when left out; with a provider token yours",
			}),
			limit: pageQuery.limit,
			// The answer is a bare array, as published clients expect, and has no room for a cursor of its own.
			cursor: pageQuery.cursor.meta({
				description: "The `id` of the last devbox of the page before; a page with fewer than `limit` is the last",
			}),
		}),
		response: { status: 200, body: z.array(devboxResponse) },
		errors: ["unauthenticated", "forbidden", "invalid"],
	},
	createDevbox: {
		id: "createDevbox",
		method: "POST",
		path: "/devboxes",
		summary: "Create a devbox",
		scope: "devbox:write",
		idempotent: "devbox",
		headers: aiTokenHeaders,
		body: createDevboxRequest,
		// All of the environment that is allowed, with what JSON adds to it.
		bodyBytesMax: 4 * 1024 * 1024,
		response: { status: 202, body: devboxResponse },
		errors: ["unauthenticated", "forbidden", "not_found", "invalid", "name_taken", "quota_exceeded", "unavailable"],
	},
	getDevbox: {
		id: "getDevbox",
		method: "GET",
		path: "/devboxes/{id}",
		summary: "Get one devbox",
		scope: "devbox:read",
		rateLimit: "poll",
		params: devboxIdParams,
		response: { status: 200, body: devboxResponse },
		errors: ["unauthenticated", "forbidden", "not_found"],
	},
	updateDevbox: {
		id: "updateDevbox",
		method: "PATCH",
		path: "/devboxes/{id}",
		summary: "Change who sees a devbox of yours, and when it is stopped or destroyed by itself; what is left out stays",
		scope: "devbox:write",
		params: devboxIdParams,
		body: updateDevboxRequest,
		response: { status: 200, body: devboxResponse },
		errors: ["unauthenticated", "forbidden", "not_found", "wrong_state", "invalid"],
	},
	listWorkspaceDevboxes: {
		id: "listWorkspaceDevboxes",
		method: "GET",
		path: "/workspace/devboxes",
		summary: "List every devbox of the workspace with its owner, and nothing that is in it",
		scope: "admin",
		permission: "devbox.read_any",
		response: { status: 200, body: z.object({ data: z.array(workspaceDevboxResponse) }) },
		errors: ["unauthenticated", "forbidden"],
	},
	deleteDevbox: {
		id: "deleteDevbox",
		method: "DELETE",
		path: "/devboxes/{id}",
		summary: "Destroy a devbox and everything in it; an admin's reaches everybody's",
		scope: "devbox:write",
		params: devboxIdParams,
		response: { status: 204, body: null },
		errors: ["unauthenticated", "forbidden", "not_found", "unavailable"],
	},
	listOperations: {
		id: "listOperations",
		method: "GET",
		path: "/devboxes/{id}/operations",
		summary: "List what was done to a devbox, step by step",
		scope: "devbox:read",
		params: devboxIdParams,
		query: z.object(pageQuery),
		response: { status: 200, body: pageOf(operationResponse) },
		errors: ["unauthenticated", "forbidden", "not_found"],
	},
	listRepositories: {
		id: "listRepositories",
		method: "GET",
		path: "/devboxes/{id}/repositories",
		summary: "List the repositories of a devbox, and how far their clones are",
		scope: "devbox:read",
		params: devboxIdParams,
		response: { status: 200, body: z.object({ data: z.array(devboxRepositoryResponse) }) },
		errors: ["unauthenticated", "forbidden", "not_found"],
	},
	stopDevbox: {
		id: "stopDevbox",
		method: "POST",
		path: "/devboxes/{id}/stop",
		summary: "Stop a devbox; its files stay. An admin's reaches everybody's",
		scope: "devbox:write",
		params: devboxIdParams,
		response: { status: 202, body: devboxResponse },
		errors: ["unauthenticated", "forbidden", "not_found", "wrong_state", "unavailable"],
	},
	startDevbox: {
		id: "startDevbox",
		method: "POST",
		path: "/devboxes/{id}/start",
		summary: "Start a stopped devbox",
		scope: "devbox:write",
		params: devboxIdParams,
		response: { status: 202, body: devboxResponse },
		errors: ["unauthenticated", "forbidden", "not_found", "wrong_state", "unavailable"],
	},
	getMetrics: {
		id: "getMetrics",
		method: "GET",
		path: "/devboxes/{id}/metrics",
		summary: "CPU, memory and disk of the last hour",
		scope: "devbox:read",
		params: devboxIdParams,
		response: { status: 200, body: metricsResponse },
		errors: ["unauthenticated", "forbidden", "not_found"],
	},
	listPorts: {
		id: "listPorts",
		method: "GET",
		path: "/devboxes/{id}/ports",
		summary: "Ports that something listens on inside",
		scope: "devbox:read",
		params: devboxIdParams,
		response: { status: 200, body: portsResponse },
		errors: ["unauthenticated", "forbidden", "not_found", "wrong_state", "unavailable", "timeout"],
	},
	listTerminals: {
		id: "listTerminals",
		method: "GET",
		path: "/devboxes/{id}/terminals",
		summary: "List the named terminals that are open inside",
		scope: "exec",
		params: devboxIdParams,
		response: { status: 200, body: terminalsResponse },
		errors: ["unauthenticated", "forbidden", "not_found", "wrong_state", "unavailable", "timeout"],
	},
	deleteTerminal: {
		id: "deleteTerminal",
		method: "DELETE",
		path: "/devboxes/{id}/terminals/{terminal}",
		summary: "Close a terminal and end what runs in it",
		scope: "exec",
		params: devboxIdParams.extend({ terminal: terminalName }),
		response: { status: 204, body: null },
		errors: ["unauthenticated", "forbidden", "not_found", "wrong_state", "unavailable", "invalid", "timeout"],
	},
	createTerminalTicket: {
		id: "createTerminalTicket",
		method: "POST",
		path: "/devboxes/{id}/terminal-tickets",
		summary: "Get a ticket that opens a terminal WebSocket once",
		scope: "exec",
		params: devboxIdParams,
		body: z.object({ terminal: terminalName.default("main") }),
		response: { status: 201, body: terminalTicketResponse },
		errors: ["unauthenticated", "forbidden", "not_found", "wrong_state", "invalid", "unavailable"],
	},
	streamEvents: {
		id: "streamEvents",
		method: "GET",
		path: "/events",
		summary: "Live changes of your devboxes as server-sent events",
		scope: "devbox:read",
		response: { status: 200, body: z.string(), contentType: "text/event-stream" },
		errors: ["unauthenticated", "forbidden"],
	},
});
