/** What a running devbox tells of its machine: usage, ports that are listened on, terminals. */
import { z } from "zod";

export const timestamp = z.iso.datetime().meta({ description: "ISO 8601, UTC" });

export const metricsResponse = z
	.object({
		data: z.array(
			z.object({
				at: timestamp,
				cpu_percent: z.number().meta({ description: "100 is one whole vCPU" }),
				memory_bytes: z.number(),
				disk_bytes: z.number().nullable(),
			}),
		),
	})
	.meta({ id: "Metrics" });
export type MetricsResponse = z.infer<typeof metricsResponse>;

export const portsResponse = z
	.object({
		data: z.array(z.object({ port: z.number(), address: z.string(), process: z.string().nullable() })),
	})
	.meta({ id: "Ports" });
export type PortsResponse = z.infer<typeof portsResponse>;

export const terminalName = z
	.string()
	.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "A terminal's name has up to 32 lower-case letters, digits and hyphens.");

export const terminalsResponse = z
	.object({
		data: z.array(z.object({ name: z.string(), created_at: timestamp, clients: z.number() })),
	})
	.meta({ id: "Terminals" });
export type TerminalsResponse = z.infer<typeof terminalsResponse>;

export const terminalTicketResponse = z
	.object({
		ticket: z.string().meta({ description: "Opens one WebSocket once" }),
		url: z.string().meta({ description: "Path of the WebSocket, with the ticket" }),
		expires_at: timestamp,
	})
	.meta({ id: "TerminalTicket" });
export type TerminalTicketResponse = z.infer<typeof terminalTicketResponse>;
