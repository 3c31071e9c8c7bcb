/**
 * A box asks for its own identity, over its link: the link says which box it is, and no more is believed. Every answer stands in the
 * audit log before it is given, and so does every refusal.
 */
import { recordAudit } from "../../db/audit-events.ts";
import { type BoxIdentityRow, findBoxIdentity } from "../../db/box-identities.ts";
import type { Database } from "../../db/database.ts";
import { AppError } from "../../domain/errors.ts";
import {
	audienceProblem,
	boxSubject,
	type IdTokenIssuer,
	type IssuedIdToken,
	tokenDetail,
} from "../../domain/identity.ts";

type IssueDeps = { db: Pick<Database, "pool">; issuer: IdTokenIssuer };

/** Throws AppError `invalid`, `forbidden`, `not_supported` or `unavailable`, with what the box's user can do. */
export async function issueIdToken(deps: IssueDeps, o: { devboxId: string; audience: string }): Promise<IssuedIdToken> {
	const box = await findBoxIdentity(deps.db, o);
	if (!box) throw forbidden("This devbox is not known any more, so it has no identity.");
	try {
		requireAllowed(box, o.audience, deps.issuer);
		const { workspaceId, devboxId } = box;
		const issued = await deps.issuer.issue({
			audience: o.audience,
			subject: boxSubject({ workspaceId, devboxId }),
			claims: claimsOf(box),
		});
		await audit(deps, box, {
			outcome: "success",
			detail: tokenDetail(o.audience, issued),
		});
		return issued;
	} catch (error) {
		const known = error instanceof AppError ? error : null;
		const isRefused = known?.code === "forbidden" || known?.code === "invalid" || known?.code === "not_supported";
		await audit(deps, box, {
			outcome: isRefused ? "refused" : "failed",
			detail: { audience: o.audience.slice(0, 255), reason: known?.message ?? "It broke off." },
		});
		throw error;
	}
}

export function claimsOf(box: BoxIdentityRow) {
	return {
		workspace_id: box.workspaceId,
		devbox_id: box.devboxId,
		devbox_name: box.devboxName,
		owner_id: box.ownerId,
		owner_login: box.ownerLogin,
	};
}

function requireAllowed(box: BoxIdentityRow, audience: string, issuer: IdTokenIssuer): void {
	const problem = audienceProblem(audience);
	if (problem) throw new AppError({ code: "invalid", message: problem });
	if (!box.isRunning) throw forbidden("This devbox is being stopped or destroyed, so it gets no ID token any more.");
	if (!box.isOwnerActive) throw forbidden("This devbox's owner is no active member of the workspace any more.");
	if (box.isWithheld)
		throw forbidden(
			"This devbox was handed over, and its owner has not allowed ID tokens in their name. They do so on its Overview page.",
		);
	if (issuer.problem) throw new AppError({ code: "not_supported", message: issuer.problem });
	if (box.audiences.includes(audience)) return;
	const known = box.audiences.length > 0 ? `Allowed: ${box.audiences.join(", ")}.` : "None is allowed yet.";
	throw forbidden(
		`The audience ${JSON.stringify(audience)} is not allowed in this workspace. ${known} An admin adds it under Settings, Network, Identity.`,
	);
}

async function audit(
	{ db }: IssueDeps,
	box: BoxIdentityRow,
	o: { outcome: "success" | "refused" | "failed"; detail: Record<string, string> },
): Promise<void> {
	await recordAudit(db.pool, {
		workspaceId: box.workspaceId,
		actor: { kind: "box", userId: box.ownerId, login: box.ownerLogin },
		action: "identity.token",
		target: { kind: "devbox", id: box.devboxId, name: box.devboxName },
		...o,
	});
}

function forbidden(message: string): AppError {
	return new AppError({ code: "forbidden", message });
}
