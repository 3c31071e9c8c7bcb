import { z } from "zod";
import { devboxIdParams } from "./devboxes.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";

const timestamp = z.iso.datetime();

export const sshAccessResponse = z
	.object({
		host: z.string(),
		port: z.number().int(),
		username: z.string().meta({ description: "The session's secret" }),
		workspace_path: z.string().meta({ description: "Where repositories lie in the devbox" }),
		host_key_fingerprint: z
			.string()
			.nullish()
			.meta({ description: "SHA256:…, what ssh shows at the first connection" }),
		proxy_command: z.string().nullish(),
		ssh_port: z.number().int().nullish(),
		proxy_host: z.string().nullish(),
	})
	.meta({ id: "SshAccess" });

export const createAccessSessionResponse = z
	.object({
		session_id: z.string().meta({ description: "A secret that opens the devbox. Shown this once." }),
		expires_at: timestamp,
		command: z.string().meta({ example: "ssh devbox_ssh_…@devbox.example.com -p 2222" }),
		ssh: sshAccessResponse,
		id: z.string().meta({ description: "How the session is listed and revoked; no secret" }),
		requires_ssh_key: z.boolean().meta({ description: "The workspace asks for your registered SSH key as well" }),
		notice: z.string().nullable().meta({ description: "What to know before using it" }),
	})
	.meta({ id: "CreateAccessSessionResponse" });
export type CreateAccessSessionResponse = z.infer<typeof createAccessSessionResponse>;

/** The published client's name for it; the fields of an exec say what connections of the session do. */
export const execSessionResponse = z
	.object({
		id: z.string(),
		command: z.string(),
		workdir: z.string(),
		created: timestamp,
		is_active: z.boolean().meta({ description: "Somebody is connected with it" }),
		tty: z.boolean().meta({ description: "One of its channels is a terminal" }),
		last_activity: timestamp.nullish(),
		bytes_per_second: z.number().meta({ description: "Both ways, over the last seconds" }),
		expires_at: timestamp,
		connections: z.number().int(),
	})
	.meta({ id: "ExecSessionResponse" });
export type ExecSessionResponse = z.infer<typeof execSessionResponse>;

export const sshGatewayResponse = z
	.object({
		host: z.string(),
		port: z.number().int(),
		host_key: z.string().meta({ description: "ssh-ed25519 …: its public half" }),
		host_key_fingerprint: z.string().meta({ description: "SHA256:…" }),
		known_hosts: z.string().meta({ description: "A line for ~/.ssh/known_hosts" }),
		requires_ssh_key: z.boolean().meta({ description: "Access sessions of this workspace need a registered key too" }),
	})
	.meta({ id: "SshGateway" });
export type SshGatewayResponse = z.infer<typeof sshGatewayResponse>;

export const accessSessionOperations = defineOperations({
	getSshGateway: {
		id: "getSshGateway",
		method: "GET",
		path: "/ssh",
		summary: "See where SSH reaches the devboxes, and by which host key: ssh <devbox>@host -p port",
		scope: "devbox:read",
		response: { status: 200, body: sshGatewayResponse },
		errors: [...signedIn, "not_supported"],
	},
	createAccessSession: {
		id: "createAccessSession",
		method: "POST",
		path: "/devboxes/{id}/access/session",
		summary: "Make an SSH login that works for 8 hours on a machine without a registered key",
		scope: "exec",
		params: devboxIdParams,
		response: { status: 201, body: createAccessSessionResponse },
		errors: [...signedIn, "not_found", "wrong_state", "conflict", "not_supported"],
	},
	listAccessSessions: {
		id: "listAccessSessions",
		method: "GET",
		path: "/devboxes/{id}/access/sessions",
		summary: "List the access sessions in force",
		scope: "exec",
		params: devboxIdParams,
		query: z.object(pageQuery),
		response: { status: 200, body: pageOf(execSessionResponse) },
		errors: [...signedIn, "not_found"],
	},
	revokeAccessSession: {
		id: "revokeAccessSession",
		method: "DELETE",
		path: "/devboxes/{id}/access/session/{session_id}",
		summary: "Revoke an access session, by its id or its secret; its connections end",
		scope: "exec",
		params: devboxIdParams.extend({ session_id: z.string() }),
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found"],
	},
});
