import { z } from "zod";

const timestamp = z.iso.datetime();

/** One kind of decision of a filter, counted. */
export const networkDecision = z
	.object({
		protocol: z.string().meta({ description: "http, tls, tcp or dns" }),
		name: z.string().meta({ description: "What was asked for: a name, or an address where none was named" }),
		port: z.number(),
		verdict: z.enum(["allowed", "observed", "blocked"]),
		why: z
			.string()
			.meta({ description: "not_listed, no_name, unresolved or denied_address; empty for what is allowed" }),
		rule: z.string().meta({ description: "The entry that allowed it" }),
		count: z.number(),
		first_at: timestamp,
		last_at: timestamp,
	})
	.meta({ id: "NetworkDecision" });
