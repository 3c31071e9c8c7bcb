/** Isolation reports: what a canary devbox tried against each host's isolation, and what came of it. */
import { z } from "zod";
import { isolationCauses, isolationPromises, isolationStatuses } from "../domain/isolation.ts";
import { isolationStandings } from "../domain/isolation-standing.ts";
import { defineOperations, signedIn } from "./operation.ts";

const timestamp = z.iso.datetime();

const isolationAttempt = z
	.object({
		id: z.string(),
		promise: z.enum(Object.keys(isolationPromises) as [keyof typeof isolationPromises]),
		mode: z.enum(["open", "enforce", "observe", "none"]).meta({ description: "The canary's network policy" }),
		user: z.enum(["root", "devbox"]),
		command: z.string().meta({ description: "As it ran in the canary; empty where nothing was tried" }),
		expected: z.enum(["blocked", "reached"]),
		seen: z.string().meta({ description: "The end of what it printed" }),
		control: z.string().nullable().meta({ description: "Where the same got through, which shows that it can" }),
		result: z.enum(["passed", "failed", "not_applicable"]).meta({ description: "not_applicable: not tried, see note" }),
		note: z.string(),
		duration_ms: z.number(),
	})
	.meta({ id: "IsolationAttempt" });

const isolationReportSummary = z
	.object({
		id: z.string(),
		host: z.object({ id: z.string(), name: z.string() }),
		status: z.enum(isolationStatuses).meta({ description: "error: it ended without a result" }),
		cause: z.enum(isolationCauses),
		requested_by: z.string().nullable(),
		product_version: z.string().nullable(),
		engine: z.string().nullable(),
		passed: z.number(),
		failed: z.number(),
		not_tried: z.number().meta({ description: "What this host gives no way to try; each says why" }),
		message: z.string().nullable().meta({ description: "Why it has no result, or what it does now" }),
		created_at: timestamp,
		started_at: timestamp.nullable(),
		finished_at: timestamp.nullable(),
	})
	.meta({ id: "IsolationReportSummary" });
export type IsolationReportSummary = z.infer<typeof isolationReportSummary>;

const isolationReportResponse = isolationReportSummary
	.extend({
		attempts: z.array(isolationAttempt),
		markdown: z.string().meta({ description: "The same, to read and to keep" }),
	})
	.meta({ id: "IsolationReport" });
export type IsolationReportResponse = z.infer<typeof isolationReportResponse>;

export const hostIsolation = z
	.object({
		host: z.object({ id: z.string(), name: z.string() }),
		standing: z.enum(isolationStandings).meta({ description: "The outcome of its last audit" }),
		is_overdue: z.boolean().meta({ description: "An audit by time should have been there a week ago" }),
		is_new: z
			.boolean()
			.meta({ description: "Never audited, and its first audit by time is still to come: that is no problem" }),
		problem: z.string().nullable().meta({ description: "What is wrong, for a sentence after the host's name" }),
		next_at: timestamp.nullable().meta({ description: "When an audit by time is due; null: none is" }),
		latest: isolationReportSummary.nullable(),
		open: isolationReportSummary.nullable().meta({ description: "The one that is asked for or runs" }),
	})
	.meta({ id: "HostIsolation" });
export type HostIsolation = z.infer<typeof hostIsolation>;

const requestIsolationRequest = z
	.object({ host_id: z.string().optional().meta({ description: "Every host when left out" }) })
	.meta({ id: "RequestIsolationReports" });

const reports = z.object({ data: z.array(isolationReportSummary) });

export const isolationOperations = defineOperations({
	listHostIsolation: {
		id: "listHostIsolation",
		method: "GET",
		path: "/isolation-hosts",
		summary: "How each host stands: its last isolation audit, the one that runs, and when the next is due",
		scope: "admin",
		permission: "host.read",
		rateLimit: "poll",
		response: { status: 200, body: z.object({ data: z.array(hostIsolation) }) },
		errors: signedIn,
	},
	listIsolationReports: {
		id: "listIsolationReports",
		method: "GET",
		path: "/isolation-reports",
		summary: "List isolation reports, newest first, at most 200",
		scope: "admin",
		permission: "host.read",
		rateLimit: "poll",
		response: { status: 200, body: reports },
		errors: signedIn,
	},
	getIsolationReport: {
		id: "getIsolationReport",
		method: "GET",
		path: "/isolation-reports/{id}",
		summary: "An isolation report with every attempt, as data and as text",
		scope: "admin",
		permission: "host.read",
		params: z.object({ id: z.string().meta({ description: "Id of the report, `iso_…`" }) }),
		response: { status: 200, body: isolationReportResponse },
		errors: [...signedIn, "not_found"],
	},
	requestIsolationReports: {
		id: "requestIsolationReports",
		method: "POST",
		path: "/isolation-reports",
		summary: "Ask for an isolation audit; a host that has one under way is not asked twice",
		scope: "admin",
		body: requestIsolationRequest,
		response: { status: 202, body: reports },
		errors: [...signedIn, "not_found"],
	},
});
