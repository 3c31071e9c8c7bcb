/** Private addresses that devboxes may be led to by listed names: the admin's key. The operator's is how the server is started. */
import { z } from "zod";
import { serviceAddressProblem, serviceNameLengthMax, servicePortsMax } from "../domain/internal-service.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { textWithout } from "./text-without.ts";

const portWords = "A port is a whole number from 1 to 65535.";

export const internalServiceRequest = z
	.strictObject({
		name: z
			.string()
			.trim()
			.min(1, "Name the service, so that others know what it is.")
			.max(serviceNameLengthMax, `At most ${serviceNameLengthMax} characters.`)
			.regex(/^\P{C}*$/u, "A name has no control characters."),
		address: textWithout(serviceAddressProblem).meta({ description: "One private IPv4 address", example: "10.20.0.5" }),
		ports: z
			.array(z.number(portWords).int(portWords).min(1, portWords).max(65_535, portWords))
			.min(1, "Name at least one TCP port.")
			.max(servicePortsMax, `At most ${servicePortsMax} ports.`)
			.transform((ports) => [...new Set(ports)].sort((a, b) => a - b))
			.meta({ description: "TCP ports" }),
	})
	.meta({ id: "InternalServiceRequest" });
export type InternalServiceRequest = z.output<typeof internalServiceRequest>;

export const internalServiceResponse = z
	.object({
		id: z.string(),
		name: z.string(),
		address: z.string(),
		ports: z.array(z.number()),
		is_open: z.boolean().meta({
			description: "False: the operator has not opened this address on any host, so that no devbox is led there",
		}),
		created_by: z.string().meta({ description: "Login, as it was then" }),
		created_at: z.iso.datetime(),
	})
	.meta({ id: "InternalService" });
export type InternalServiceResponse = z.infer<typeof internalServiceResponse>;

export const internalServicesResponse = z
	.object({
		data: z.array(internalServiceResponse).meta({ description: "By name" }),
		internal_ranges: z.array(z.string()).nullable().meta({
			description:
				"What the operator opened, on one host or another: a service's address is in one of them. Admins alone are told; null for others",
		}),
	})
	.meta({ id: "InternalServices" });
export type InternalServicesResponse = z.infer<typeof internalServicesResponse>;

export const internalServiceOperations = defineOperations({
	listInternalServices: {
		id: "listInternalServices",
		method: "GET",
		path: "/internal-services",
		summary: "List the private addresses that listed names may lead to",
		scope: "devbox:read",
		response: { status: 200, body: internalServicesResponse },
		errors: signedIn,
	},
	createInternalService: {
		id: "createInternalService",
		method: "POST",
		path: "/internal-services",
		summary: "Let the workspace's listed names lead to a private address, on some ports",
		scope: "admin",
		body: internalServiceRequest,
		response: { status: 201, body: internalServiceResponse },
		errors: [...signedIn, "name_taken", "invalid"],
	},
	deleteInternalService: {
		id: "deleteInternalService",
		method: "DELETE",
		path: "/internal-services/{id}",
		summary: "Close it again within 2 s, and answer what it was; connections of the devboxes that could use it are cut",
		scope: "admin",
		params: z.object({ id: z.string().meta({ description: "Id of the service, `svc_…`" }) }),
		response: { status: 200, body: internalServiceResponse },
		errors: [...signedIn, "not_found"],
	},
});
