/** `Idempotency-Key`: the same key and input get the stored answer, another input 422, one that is still at work 409. */
import type { ApiOperation } from "../../lib/contract/operation.ts";
import type { Database } from "../../lib/db/database.ts";
import { claimIdempotencyKey, keepIdempotentAnswer, releaseIdempotencyKey } from "../../lib/db/idempotency-keys.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { newId } from "../../lib/domain/ids.ts";
import type { Sealer } from "../../lib/domain/sealer.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";

export type IdempotentAnswer = { body: unknown; isReplayed: boolean };

type Idempotent = {
	db: Database;
	/** The input may hold secrets: its hash is a keyed one. */
	sealer: Pick<Sealer, "fingerprints">;
	actor: Actor;
	operation: ApiOperation & { idempotent: NonNullable<ApiOperation["idempotent"]> };
	/** The header, as it came. */
	key: string;
	/** Validated. */
	input: unknown;
	/** Makes its resource under `newId`; unless `isFresh`, finding it there is success, since an earlier try may have made it. */
	work: (made: { newId: string; isFresh: boolean }) => Promise<unknown>;
	/**
	 * Where it is given, nobody waits until the answer is kept: for work whose answer is nothing but the id that the key was claimed
	 * with. A repetition in between is told that the first is at work, and one after a failure here finds what was made by that id.
	 */
	onLateFailure?: (error: unknown) => void;
};

export async function answerOnce(o: Idempotent): Promise<IdempotentAnswer> {
	if (!/^[\x21-\x7e]{1,255}$/.test(o.key)) throw badKey("An Idempotency-Key has 1 to 255 visible ASCII characters.");
	const at = { userId: o.actor.userId, operation: o.operation.id, key: o.key };
	const inputHashes = o.sealer.fingerprints(SecretText.ofJson(o.input));
	const claim = await claimIdempotencyKey(o.db, { ...at, inputHashes, newResourceId: newId(o.operation.idempotent) });
	if (claim.kind === "done") return { body: claim.answer, isReplayed: true };
	if (claim.kind === "other_input")
		throw badKey("This Idempotency-Key was used with another request. Choose a new one.");
	if (claim.kind === "running")
		throw new AppError({
			code: "conflict",
			message: "A request with this Idempotency-Key is being answered right now. Try again in a moment.",
			retryAfterSeconds: 1,
		});
	let body: unknown;
	try {
		body = await o.work({ newId: claim.resourceId, isFresh: claim.isFresh });
	} catch (error) {
		// An answer that says that nothing was done frees the key; after anything else a retry finds what was made by its id.
		if (error instanceof AppError && error.code !== "unavailable" && error.code !== "timeout")
			await releaseIdempotencyKey(o.db, at);
		throw error;
	}
	const kept = keepIdempotentAnswer(o.db, { ...at, answer: body });
	if (o.onLateFailure) kept.catch(o.onLateFailure);
	else await kept;
	return { body, isReplayed: false };
}

function badKey(msg: string): AppError {
	const fields = [{ loc: ["header", "Idempotency-Key"], msg, type: "value_error" }];
	return new AppError({ code: "invalid", message: msg, fields });
}
