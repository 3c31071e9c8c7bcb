/** The port through which secrets are sealed before they are written to a row, and opened where they are used. `lib/vault` implements it. */

import type { SecretText } from "./secret-text.ts";

/** What a sealed value is bound to: in another row, or as another version, it does not open. */
export type SealedFor = {
	/** Empty for what is the whole install's. */
	workspaceId: string;
	purpose: "devbox-env" | "devbox-ai-tokens" | "github-tokens" | "secret" | "identity-key";
	/** Of the object that holds it. */
	id: string;
	/** From 1 on; another one for each value that replaces an earlier one. */
	version: number;
};

export interface Sealer {
	/** Throws AppError `unavailable` when this process has no key. */
	seal(text: SecretText, sealedFor: SealedFor): Uint8Array<ArrayBuffer>;
	/**
	 * Keyed hashes of a text that may hold secrets, in hex: one for each key at hand, what is kept first. Whoever reads them in the
	 * database can check no guess by them. Throws AppError `unavailable` when this process has no key.
	 */
	fingerprints(text: SecretText): readonly [string, ...string[]];
	/** Throws AppError `conflict` for bytes that were not sealed by us for this, and for a key that is not here. */
	open(sealed: Uint8Array, sealedFor: SealedFor): SecretText;
}
