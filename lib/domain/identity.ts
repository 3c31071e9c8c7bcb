/** The identity that a box can show to others: an ID token (OpenID Connect) of ours, for one audience, for five minutes. */

export const idTokenSeconds = 300;

/** Where verifiers look, under the public URL. */
export const identityPaths = {
	discovery: "/.well-known/openid-configuration",
	keys: "/.well-known/jwks.json",
} as const;

/** RSA with SHA-256: what every cloud and Tailscale verifies. */
export const idTokenAlgorithm = "RS256";

export const audiencesMax = 50;
const audienceLengthMax = 255;

export function boxSubject(o: { workspaceId: string; devboxId: string }): string {
	return `workspace:${o.workspaceId}:devbox:${o.devboxId}`;
}

/** Beside `sub`, for rules that look at one of them. */
export type BoxClaims = {
	workspace_id: string;
	devbox_id: string;
	devbox_name: string;
	owner_id: string;
	owner_login: string;
};

/** Null for an audience that a token can be for; else what is wrong with it. */
export function audienceProblem(text: string): string | null {
	if (text === "") return "Give the audience that the other side expects, as sts.amazonaws.com.";
	if (text.length > audienceLengthMax) return `An audience has at most ${audienceLengthMax} characters.`;
	if (!/^[\x21-\x7e]+$/.test(text)) return "An audience has visible ASCII characters only, and no spaces.";
	return null;
}

/**
 * Why nobody could verify a token of this issuer; null when they can. Over plain http whoever is on the way could put their own keys
 * in the place of ours, so that only this machine itself may be told so.
 */
export function issuerProblem(publicUrl: { protocol: string; hostname: string; origin: string }): string | null {
	if (publicUrl.protocol === "https:" || isLoopback(publicUrl.hostname)) return null;
	return `ID tokens need a public URL of https: others read our keys there, and over ${publicUrl.origin} anybody on the way could change them. The server's operator sets PUBLIC_URL (and --tls-cert, or a proxy that speaks https).`;
}

/** Whether others than this machine can read our keys. */
export function isIssuerPublic(publicUrl: { protocol: string; hostname: string }): boolean {
	return publicUrl.protocol === "https:" && !isLoopback(publicUrl.hostname);
}

function isLoopback(hostname: string): boolean {
	return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

export type IssuedIdToken = { token: string; id: string; keyId: string; expiresAt: Date };

/** What the audit log keeps of a token: never the token. */
export function tokenDetail(audience: string, { id, keyId, expiresAt }: IssuedIdToken) {
	return { audience, jti: id, key_id: keyId, expires_at: expiresAt.toISOString() };
}

export type IdentityKeyView = { id: string; createdAt: Date; signsFrom: Date; isSigning: boolean };

/** The port through which tokens are signed. `lib/identity` implements it. */
export interface IdTokenIssuer {
	/** The `iss` of its tokens: the public URL's origin. */
	readonly issuer: string;
	/** Why it gives none. */
	readonly problem: string | null;
	readonly isPublic: boolean;
	/** Throws AppError `unavailable` when the key-encryption key is not at hand. Whether the box may is the caller's to have asked. */
	issue(o: { audience: string; subject: string; claims: BoxClaims }): Promise<IssuedIdToken>;
	/** The public keys, as verifiers read them (RFC 7517). */
	keySet(): Promise<{ keys: Record<string, unknown>[] }>;
	listKeys(): Promise<IdentityKeyView[]>;
}
