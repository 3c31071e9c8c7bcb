/** What the gateway answers at each box's control socket: who it is, ID tokens, and its network policy, so many a minute. */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Database } from "../../lib/db/database.ts";
import { findDevboxPresence } from "../../lib/db/devbox-presence.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { IdTokenIssuer } from "../../lib/domain/identity.ts";
import { devboxIdOf } from "../../lib/domain/ids.ts";
import type { BoxControl, BoxIdentity } from "../../lib/link/control-socket.ts";
import { issueIdToken } from "../../lib/usecases/identity/issue-id-token.ts";
import { askBoxNetwork, tellBoxNetwork } from "../../lib/usecases/network/box-network.ts";
import type { AuditQueue } from "../audit/audit-queue.ts";

/** Of one box; a token lives for five. */
const tokensPerMinute = 30;
/** Each is a row that an admin reads. */
const asksPerMinute = 10;
/** Of what a box reads of itself: a program that looks all the time does not load the database. */
const looksPerMinute = 120;
/** Refusals that are told to the log, of one box: they are counted there, and each costs a look at its row. */
const toldRefusalsPerMinute = 1;

export function openBoxControls(o: { db: Database; issuer: IdTokenIssuer; audit: AuditQueue }) {
	const asks = new RateLimiterMemory({ points: asksPerMinute, duration: 60 });
	const limiter = new RateLimiterMemory({ points: tokensPerMinute, duration: 60 });
	const looks = new RateLimiterMemory({ points: looksPerMinute, duration: 60 });
	const told = new RateLimiterMemory({ points: toldRefusalsPerMinute, duration: 60 });
	return (instance: string): BoxControl => {
		const devboxId = devboxIdOf(instance);
		return {
			async identity() {
				await take(looks, devboxId, looksWords);
				return identityOf(o.db, devboxId);
			},
			async network() {
				await take(looks, devboxId, looksWords);
				return tellBoxNetwork(o, devboxId);
			},
			async askNetwork(asked) {
				const words = `This devbox has asked ${asksPerMinute} times in this minute. Wait for the answers.`;
				await take(asks, devboxId, words);
				return askBoxNetwork(o, { devboxId, ...asked });
			},
			async idToken({ audience }) {
				await limiter.consume(devboxId).catch(async (refusal: unknown) => {
					if (!(refusal instanceof RateLimiterRes)) throw refusal;
					const isTold = await told.consume(devboxId).then(
						() => true,
						() => false,
					);
					if (isTold) await tellRefusal(o, { devboxId, audience });
					throw tooManyTokens(refusal.msBeforeNext);
				});
				return issueIdToken(o, { devboxId, audience });
			},
		};
	};
}

const looksWords = `This devbox has looked ${looksPerMinute} times in this minute. Look less often.`;

async function take(limiter: RateLimiterMemory, devboxId: string, message: string): Promise<void> {
	await limiter.consume(devboxId).catch((refusal: unknown) => {
		if (!(refusal instanceof RateLimiterRes)) throw refusal;
		throw new AppError({ code: "rate_limited", message, retryAfterSeconds: secondsOf(refusal.msBeforeNext) });
	});
}

function secondsOf(waitMs: number): number {
	return Math.max(1, Math.ceil(waitMs / 1000));
}

async function tellRefusal(
	o: { db: Database; audit: AuditQueue },
	asked: { devboxId: string; audience: string },
): Promise<void> {
	const box = await o.db.prisma.devbox.findUnique({
		where: { id: asked.devboxId },
		select: { workspaceId: true, name: true },
	});
	if (box)
		o.audit.gather({
			workspaceId: box.workspaceId,
			actor: { kind: "box" },
			action: "identity.token",
			target: { kind: "devbox", id: asked.devboxId, name: box.name },
			outcome: "refused",
			detail: { audience: asked.audience.slice(0, 255), code: "rate_limited" },
		});
}

function tooManyTokens(waitMs: number): AppError {
	const retryAfterSeconds = secondsOf(waitMs);
	return new AppError({
		code: "rate_limited",
		message: `This devbox has had its ${tokensPerMinute} ID tokens of this minute. Use one for its five minutes, or try again in ${retryAfterSeconds} s.`,
		retryAfterSeconds,
	});
}

async function identityOf(db: Database, devboxId: string): Promise<BoxIdentity> {
	const presence = await findDevboxPresence(db, devboxId);
	if (!presence) throw new Error(`${devboxId} is no devbox`);
	return { devboxId: presence.id, name: presence.name };
}
