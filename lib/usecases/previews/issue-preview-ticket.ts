import { insertPreviewTicket, type PreviewBox } from "../../db/previews.ts";
import { hashToken, newToken } from "../../db/token-hash.ts";
import type { Actor } from "../../domain/actor.ts";
import { instanceName } from "../../domain/ids.ts";
import { type PreviewBase, previewLabel, previewOrigin, safePreviewPath } from "../../domain/preview-host.ts";
import type { Deps } from "../deps.ts";

/** Where on a preview's own origin a ticket is spent. The rest of that origin is the devbox's. */
export const handOverPath = "/.devbox/preview";

/** A link that opens one preview once and goes on to `path`. */
export async function issuePreviewTicket(
	{ db }: Pick<Deps, "db">,
	actor: Actor,
	o: { base: PreviewBase; box: PreviewBox; port: number | null; path: string; lifeMs: number },
): Promise<{ url: string; expiresAt: Date }> {
	const ticket = newToken();
	const expiresAt = new Date(Date.now() + o.lifeMs);
	await insertPreviewTicket(db, {
		tokenHash: hashToken(ticket),
		credentialIds: [actor.credentialId, ...(actor.providerTokenId ? [actor.providerTokenId] : [])],
		userId: actor.userId,
		devboxId: o.box.id,
		port: o.port ?? 0,
		expiresAt,
	});
	const label = o.box.isShared ? instanceName(o.box.id) : previewLabel(o.box);
	const url = new URL(handOverPath, previewOrigin(o.base, { label, port: o.port }));
	url.searchParams.set("ticket", ticket);
	url.searchParams.set("to", safePreviewPath(o.path));
	return { url: url.href, expiresAt };
}
