import type { CreatePreviewLinkRequest, PreviewLinkResponse } from "../../contract/previews.ts";
import { findPreviewBox } from "../../db/previews.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { getRunningDevbox } from "../devboxes/running-devbox.ts";
import { issuePreviewTicket } from "./issue-preview-ticket.ts";

/** A program has time to hand it on. */
const linkLifeMs = 5 * 60_000;

/** For programs, which have no dashboard to come from. */
export async function createPreviewLink(
	deps: Deps,
	actor: Actor,
	{ params, body }: { params: { id: string }; body: CreatePreviewLinkRequest },
): Promise<PreviewLinkResponse> {
	const row = await getRunningDevbox(deps, actor, params.id);
	const box = await findPreviewBox(deps.db, row.id);
	const base = deps.previewBase;
	if (!base || !box)
		throw new AppError({
			code: "not_supported",
			message:
				"This server has no domain for previews, because it is called by an address. Its operator sets one with PREVIEW_DOMAIN.",
		});
	const { url, expiresAt } = await issuePreviewTicket(deps, actor, { base, box, ...body, lifeMs: linkLifeMs });
	return { url, expires_at: expiresAt.toISOString() };
}
