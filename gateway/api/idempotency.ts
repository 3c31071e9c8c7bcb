/** `Idempotency-Key`: the same key and input get the stored answer, another input 422, one that is still at work 409. */
import { setTimeout as delay } from "node:timers/promises";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import type { Database } from "../../lib/db/database.ts";
import {
	claimIdempotencyKey,
	keepIdempotentAnswer,
	releaseIdempotencyKey,
	unlockIdempotencyKey,
} from "../../lib/db/idempotency-keys.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { newId } from "../../lib/domain/ids.ts";
import type { Sealer } from "../../lib/domain/sealer.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";

/** A database that answers has done it by then; otherwise it is done behind the answer, once there is one. */
const unlockWaitMs = 500;

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
	const held = { ...at, lockedUntil: claim.lockedUntil };
	let body: unknown;
	try {
		body = await o.work({ newId: claim.resourceId, isFresh: claim.isFresh });
	} catch (error) {
		// An answer that says that nothing was done frees the key, unless an earlier try may have done something.
		if (claim.isFresh && saysNothingWasDone(error))
			await releaseIdempotencyKey(o.db, held).catch(() => unlock(o.db, held));
		else await unlock(o.db, held);
		throw error;
	}
	const kept = keepIdempotentAnswer(o.db, { ...at, answer: body }).catch(async (error) => {
		await unlock(o.db, held);
		throw error;
	});
	if (o.onLateFailure) kept.catch(o.onLateFailure);
	else await kept;
	return { body, isReplayed: false };
}

function saysNothingWasDone(error: unknown): boolean {
	return error instanceof AppError && error.code !== "unavailable" && error.code !== "timeout";
}

/** What failed has the last word, soon, whether or not the database is there to hear of it. */
async function unlock(db: Database, held: Parameters<typeof unlockIdempotencyKey>[1]): Promise<void> {
	const unlocked = unlockIdempotencyKey(db, held).catch(() => undefined);
	await Promise.race([unlocked, delay(unlockWaitMs, undefined, { ref: false })]);
}

function badKey(msg: string): AppError {
	const fields = [{ loc: ["header", "Idempotency-Key"], msg, type: "value_error" }];
	return new AppError({ code: "invalid", message: msg, fields });
}
