import type { SealedVersion } from "../../db/secrets.ts";
import type { Sealer } from "../../domain/sealer.ts";
import type { SecretText } from "../../domain/secret-text.ts";

export type SecretAt = { workspaceId: string; secretId: string; version: number };

/** Bound to workspace, secret and version: in another row, or as another version, it does not open. */
export function sealSecret(sealer: Sealer, at: SecretAt, value: SecretText): Omit<SealedVersion, "id"> {
	return { sealed: sealer.seal(value, sealedForSecret(at)), sizeBytes: value.bytes };
}

export function sealedForSecret({ workspaceId, secretId, version }: SecretAt) {
	return { workspaceId, purpose: "secret" as const, id: secretId, version };
}
