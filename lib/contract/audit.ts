/** The audit log, read. It is written by what happens (lib/contract/audited-writes.ts), and changed by nobody. */
import { z } from "zod";
import { type AuditAction, auditActions, auditOutcomes } from "../domain/audit.ts";
import { defineOperations } from "./operation.ts";

const timestamp = z.iso.datetime({ offset: true });
const actions = Object.keys(auditActions) as [AuditAction, ...AuditAction[]];

export const auditEventResponse = z
	.object({
		id: z.string(),
		at: z.iso.datetime(),
		action: z.string().meta({ description: "As `devbox.create`", example: "devbox.create" }),
		actor: z.object({
			kind: z.string().meta({
				description:
					"session, token, ssh_key, access_session; box: asked over its link; system: the product or its operator; visitor: nobody known",
			}),
			user_id: z.string().nullable(),
			login: z.string().nullable().meta({ description: "As it was then" }),
			credential_id: z.string().nullable().meta({ description: "The session, token or key" }),
		}),
		target: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }).nullable(),
		outcome: z.enum(auditOutcomes).meta({ description: "refused: a 4xx, nothing was done; failed: our side" }),
		address: z.string().nullable().meta({ description: "The client's IP address" }),
		request_id: z.string().nullable(),
		detail: z.record(z.string(), z.unknown()).meta({ description: "Names, counts and ids; never a secret's value" }),
	})
	.meta({ id: "AuditEvent" });
export type AuditEventResponse = z.infer<typeof auditEventResponse>;

export const auditFilters = z.object({
	action: z.enum(actions).optional(),
	actor: z.string().max(200).optional().meta({ description: "A user's login or id" }),
	target: z.string().max(200).optional().meta({ description: "The id of a devbox, user, token, …" }),
	outcome: z.enum(auditOutcomes).optional(),
	since: timestamp.optional().meta({ description: "Not before this moment, ISO 8601" }),
	until: timestamp.optional().meta({ description: "Before this moment, ISO 8601" }),
	q: z.string().trim().max(200).optional().meta({
		description: "In action, login, target, address, request id and detail, whatever the case",
	}),
});
export type AuditFilters = z.output<typeof auditFilters>;

const asks = ["unauthenticated", "forbidden", "invalid"] as const;

export const auditOperations = defineOperations({
	listAuditEvents: {
		id: "listAuditEvents",
		method: "GET",
		path: "/audit-events",
		summary: "Who did what, newest first; a page may hold fewer than asked, or none, and still have a next",
		scope: "admin",
		permission: "audit.read",
		query: auditFilters.extend({
			cursor: z.string().max(40).optional(),
			limit: z.coerce.number<number | string>().int().min(1).max(200).default(50),
		}),
		response: {
			status: 200,
			body: z.object({ data: z.array(auditEventResponse), next_cursor: z.string().nullable() }),
		},
		errors: asks,
	},
	exportAuditEvents: {
		id: "exportAuditEvents",
		method: "GET",
		path: "/audit-events/export",
		summary: "The audit log as JSON lines, oldest first: each line is an AuditEvent",
		scope: "admin",
		permission: "audit.read",
		query: auditFilters,
		response: { status: 200, body: z.string(), contentType: "application/x-ndjson" },
		errors: [...asks, "rate_limited"],
	},
});
