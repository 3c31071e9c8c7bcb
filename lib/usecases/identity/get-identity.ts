import type { IdentityResponse } from "../../contract/identity.ts";
import { listAudienceRows } from "../../db/identity-audiences.ts";
import type { Actor } from "../../domain/actor.ts";
import { boxSubject, identityPaths, idTokenSeconds } from "../../domain/identity.ts";
import type { IdentityDeps } from "../deps.ts";
import { toAudienceResponse } from "./audience-response.ts";

export async function getIdentity({ db, issuer }: IdentityDeps, actor: Actor): Promise<IdentityResponse> {
	const [audiences, keys] = await Promise.all([listAudienceRows(db, actor), issuer.listKeys()]);
	return {
		issuer: issuer.issuer,
		discovery_url: `${issuer.issuer}${identityPaths.discovery}`,
		jwks_url: `${issuer.issuer}${identityPaths.keys}`,
		subject_pattern: boxSubject({ workspaceId: actor.workspaceId, devboxId: "*" }),
		problem: issuer.problem,
		is_public: issuer.isPublic,
		token_seconds: idTokenSeconds,
		keys: keys.map((key) => ({
			id: key.id,
			created_at: key.createdAt.toISOString(),
			signs_from: key.signsFrom.toISOString(),
			is_signing: key.isSigning,
		})),
		audiences: audiences.map(toAudienceResponse),
	};
}
