import type { SealedVersion } from "../../db/secrets.ts";
import type { Sealer } from "../../domain/sealer.ts";
import { secretSizeBytes } from "../../domain/secrets.ts";

export type SecretAt = { workspaceId: string; secretId: string; version: number };

/** Bound to workspace, secret and version: in another row, or as another version, it does not open. */
export function sealSecret(sealer: Sealer, at: SecretAt, value: string): Omit<SealedVersion, "id"> {
	return { sealed: sealer.seal(value, sealedForSecret(at)), sizeBytes: secretSizeBytes(value) };
}

export function sealedForSecret({ workspaceId, secretId, version }: SecretAt) {
	return { workspaceId, purpose: "secret" as const, id: secretId, version };
}
