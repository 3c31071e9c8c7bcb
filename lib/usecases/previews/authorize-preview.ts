import { findOwnPreviewBox } from "../../db/previews.ts";
import { type Actor, requireScope } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { devboxIdOf } from "../../domain/ids.ts";
import type { PreviewBase, PreviewTarget } from "../../domain/preview-host.ts";
import type { Deps } from "../deps.ts";
import { issuePreviewTicket } from "./issue-preview-ticket.ts";

/** The browser follows it at once. */
const ticketLifeMs = 60_000;

/**
 * The link that hands a signed-in browser over to a preview of one of its own devboxes. A name stands for the actor's own devbox of
 * that name: a foreign one is `not_found`, as one that is not there.
 */
export async function authorizePreview(
	deps: Pick<Deps, "db">,
	actor: Actor,
	o: { base: PreviewBase; target: PreviewTarget; path: string },
): Promise<string> {
	requireScope(actor, "exec");
	const { label, port } = o.target;
	const box = await findOwnPreviewBox(deps.db, actor, { id: devboxIdOf(label), name: label });
	if (!box)
		throw new AppError({ code: "not_found", message: `There is no devbox ${label} that ${actor.login} can see.` });
	const { base, path } = o;
	return (await issuePreviewTicket(deps, actor, { base, box, port, path, lifeMs: ticketLifeMs })).url;
}
