/** The identity that boxes show to others: who vouches for it, and to whom it may be shown. */
import { z } from "zod";
import { audienceProblem } from "../domain/identity.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { textWithout } from "./text-without.ts";

const timestamp = z.iso.datetime();

export const identityAudience = z
	.object({
		id: z.string(),
		audience: z.string(),
		description: z.string(),
		created_by: z.string().meta({ description: "Login, as it was then" }),
		created_at: timestamp,
	})
	.meta({ id: "IdentityAudience" });
export type IdentityAudienceResponse = z.infer<typeof identityAudience>;

export const identityResponse = z
	.object({
		issuer: z.string().meta({ description: "`iss` of the tokens: enter it at the other side" }),
		discovery_url: z.string(),
		jwks_url: z.string(),
		subject_pattern: z.string().meta({ description: "`sub` of every devbox of this workspace, with * for its id" }),
		problem: z.string().nullable().meta({ description: "Why no token is given; null when they are" }),
		is_public: z.boolean().meta({ description: "False when only this machine can read the keys" }),
		token_seconds: z.number(),
		keys: z.array(z.object({ id: z.string(), created_at: timestamp, signs_from: timestamp, is_signing: z.boolean() })),
		audiences: z.array(identityAudience).meta({ description: "By audience" }),
	})
	.meta({ id: "Identity" });
export type IdentityResponse = z.infer<typeof identityResponse>;

export const allowAudienceRequest = z
	.object({
		audience: textWithout(audienceProblem).meta({
			description: "As the other side expects it",
			example: "sts.amazonaws.com",
		}),
		description: z.string().trim().max(200, "At most 200 characters.").default(""),
	})
	.meta({ id: "AllowAudienceRequest" });
export type AllowAudienceRequest = z.output<typeof allowAudienceRequest>;

export const identityOperations = defineOperations({
	getIdentity: {
		id: "getIdentity",
		method: "GET",
		path: "/identity",
		summary: "Who vouches for devboxes, by which keys, and for which audiences they may have ID tokens",
		scope: "devbox:read",
		response: { status: 200, body: identityResponse },
		errors: [...signedIn, "unavailable"],
	},
	allowAudience: {
		id: "allowAudience",
		method: "POST",
		path: "/identity/audiences",
		summary: "Let the workspace's devboxes have ID tokens for an audience",
		scope: "admin",
		body: allowAudienceRequest,
		response: { status: 201, body: identityAudience },
		errors: [...signedIn, "conflict", "invalid"],
	},
	removeAudience: {
		id: "removeAudience",
		method: "DELETE",
		path: "/identity/audiences/{id}",
		summary: "Give no more ID tokens for an audience; those that were given live for up to five minutes",
		scope: "admin",
		params: z.object({ id: z.string().meta({ description: "Id of the audience, `aud_…`" }) }),
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found"],
	},
});
