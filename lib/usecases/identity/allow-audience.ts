import type { AllowAudienceRequest, IdentityAudienceResponse } from "../../contract/identity.ts";
import { insertAudience } from "../../db/identity-audiences.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError, invalidField } from "../../domain/errors.ts";
import { audiencesMax } from "../../domain/identity.ts";
import type { Deps } from "../deps.ts";
import { toAudienceResponse } from "./audience-response.ts";

export async function allowAudience(
	{ db }: Deps,
	actor: Actor,
	{ body }: { body: AllowAudienceRequest },
): Promise<IdentityAudienceResponse> {
	const row = await insertAudience(db, actor, body);
	if (row === "full")
		throw invalidField(
			"audience",
			`A workspace allows at most ${audiencesMax} audiences. Remove one that nobody needs.`,
		);
	if (row === "taken")
		throw new AppError({ code: "conflict", message: `The audience ${body.audience} is allowed already.` });
	return toAudienceResponse(row);
}
