import { createHash, randomBytes } from "node:crypto";
import { invitationSecretPrefix } from "../domain/invitation-link.ts";

/** 256 random bits for a cookie, a ticket or a link. Only its hash is ever stored. */
export function newToken(): string {
	return randomBytes(32).toString("base64url");
}

/** A plain hash is enough for a token that nobody can guess. */
export function hashToken(token: string): string {
	return createHash("sha256").update(token).digest("hex");
}

/** Prefixes let a scanner of leaked secrets know whose they are. */
export const apiTokenPrefixes = { personal: "devbox_pat_", provider: "devbox_svc_" } as const;

/** Stands behind the `#` of a link, which no browser sends and no log keeps. */
export function newInvitationSecret(): string {
	return invitationSecretPrefix + newToken();
}

export function newApiToken(kind: keyof typeof apiTokenPrefixes): string {
	return apiTokenPrefixes[kind] + newToken();
}
