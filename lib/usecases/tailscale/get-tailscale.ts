import type { TailscaleResponse } from "../../contract/tailscale.ts";
import { findImageRow } from "../../db/images.ts";
import { findTailscaleSettings } from "../../db/tailscale.ts";
import { getWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import type { Actor } from "../../domain/actor.ts";
import { boxSubject } from "../../domain/identity.ts";
import { type FailureChoice, hostnameDefault, joinAudience } from "../../domain/tailscale.ts";
import type { IdentityDeps } from "../deps.ts";
import { imageProblem, joinProblem } from "./choose-tailscale.ts";

export async function getTailscale(deps: IdentityDeps, actor: Actor): Promise<TailscaleResponse> {
	const [row, defaults] = await Promise.all([
		findTailscaleSettings(deps.db, actor),
		getWorkspaceDefaults(deps.db, actor),
	]);
	const image = await findImageRow(deps.db, defaults.values.image);
	return {
		is_enabled: row?.isEnabled ?? false,
		is_locked: row?.isLocked ?? false,
		client_id: row?.clientId ?? null,
		tags: row?.tags ?? [],
		hostname: row?.hostname ?? hostnameDefault,
		login_server: row?.loginServer ?? null,
		on_failure: (row?.onFailure ?? "warn") as FailureChoice,
		updated_at: row?.updatedAt.toISOString() ?? null,
		updated_by: row?.updatedBy ?? null,
		enter_at_tailscale: {
			issuer: deps.issuer.issuer,
			subject: boxSubject({ workspaceId: actor.workspaceId, devboxId: "*" }),
			audience: row?.clientId ? joinAudience(row.clientId) : null,
			scope: "auth_keys",
		},
		problem: joinProblem(deps, row?.loginServer ?? null) ?? (image && imageProblem(image)),
	};
}
