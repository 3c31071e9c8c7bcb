import { z } from "zod";
import { defineOperations, signedIn } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";

const timestamp = z.iso.datetime();

/** Longer than any key; a private key pasted by mistake must still be told apart from one. */
const publicKeyText = z.string().max(100_000).meta({
	description: "One line in OpenSSH's format: ssh-ed25519, ecdsa-sha2-…, ssh-rsa of 2048 bits or more, sk-…",
	example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEjQm6YkAAXYnXkjnqyW1YSYNpG0LPWbHnBqwZ4Z0a3N",
});

export const setSshKeyRequest = z.object({ public_key: publicKeyText }).meta({ id: "SetSshKeyRequest" });
export type SetSshKeyRequest = z.infer<typeof setSshKeyRequest>;

export const addSshKeyRequest = z
	.object({
		public_key: publicKeyText,
		name: z.string().trim().min(1).max(80).meta({ description: "Where it is from", example: "laptop" }),
	})
	.meta({ id: "AddSshKeyRequest" });
export type AddSshKeyRequest = z.infer<typeof addSshKeyRequest>;

export const sshKeyResponse = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string().meta({ description: "As ssh-ed25519" }),
		fingerprint: z.string().meta({ description: "SHA256:…, as `ssh-keygen -l` prints it" }),
		created_at: timestamp,
		last_used_at: timestamp.nullable().meta({ description: "To about a minute" }),
		token_name: z.string().nullable().meta({
			description: "Of the token that registered it: it ends with that token. Null: a signed-in browser did",
		}),
		expires_at: timestamp.nullable().meta({ description: "When that token expires; null: never" }),
	})
	.meta({ id: "SshKey" });
export type SshKeyResponse = z.infer<typeof sshKeyResponse>;

export const sshKeyOperations = defineOperations({
	setSshKey: {
		id: "setSshKey",
		method: "PUT",
		path: "/users/me/ssh-key",
		summary: "Register your SSH key, in place of the one that this set before; keys added by name stay",
		scope: "exec",
		body: setSshKeyRequest,
		response: { status: 204, body: null },
		errors: [...signedIn, "invalid", "conflict"],
	},
	deleteSshKey: {
		id: "deleteSshKey",
		method: "DELETE",
		path: "/users/me/ssh-key",
		summary: "Remove every SSH key of yours; connections made with them end",
		scope: "exec",
		response: { status: 204, body: null },
		errors: signedIn,
	},
	listSshKeys: {
		id: "listSshKeys",
		method: "GET",
		path: "/users/me/ssh-keys",
		summary: "List your SSH keys",
		scope: "devbox:read",
		query: z.object(pageQuery),
		response: { status: 200, body: pageOf(sshKeyResponse) },
		errors: signedIn,
	},
	addSshKey: {
		id: "addSshKey",
		method: "POST",
		path: "/users/me/ssh-keys",
		summary: "Register one more SSH key",
		scope: "exec",
		body: addSshKeyRequest,
		response: { status: 201, body: sshKeyResponse },
		errors: [...signedIn, "invalid", "conflict"],
	},
	removeSshKey: {
		id: "removeSshKey",
		method: "DELETE",
		path: "/users/me/ssh-keys/{id}",
		summary: "Remove one SSH key; connections made with it end",
		scope: "exec",
		params: z.object({ id: z.string() }),
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found"],
	},
});
