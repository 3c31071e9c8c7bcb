/**
 * How often one credential and one address may ask, by the minute. What clients poll (`rateLimit: "poll"` in the contract) has a
 * bound of its own, far above any polling. Counters live in this process: with several gateways each allows as much.
 */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../../lib/domain/errors.ts";

export type RateLimits = {
	/** Throws `rate_limited` with the seconds until it is worth asking again. */
	take(o: { address: string; kind: "request" | "poll" }): Promise<void>;
	takeAsCredential(o: { credentialId: string; kind: "request" | "poll" }): Promise<void>;
	/** Counts a credential that nobody has; past the bound the address waits, so that none can be guessed. */
	countUnknown(address: string): Promise<void>;
};

const windowSeconds = 60;
const pollFactor = 10;
/** Several people and their agents sit behind one address. */
const addressFactor = 4;
const unknownPerMinute = 120;

/** `perMinute`: requests of one credential; 0 is without bounds. */
export function openRateLimits(perMinute: number): RateLimits {
	const limiter = (points: number) => new RateLimiterMemory({ points, duration: windowSeconds });
	const ofCredential = { request: limiter(perMinute), poll: limiter(perMinute * pollFactor) };
	const ofAddress = {
		request: limiter(perMinute * addressFactor),
		poll: limiter(perMinute * addressFactor * pollFactor),
	};
	const unknown = limiter(unknownPerMinute);

	async function spend(from: RateLimiterMemory, key: string, who: string): Promise<void> {
		if (perMinute === 0) return;
		try {
			await from.consume(key);
		} catch (refusal) {
			if (!(refusal instanceof RateLimiterRes)) throw refusal;
			const retryAfterSeconds = Math.max(1, Math.ceil((refusal.msBeforeNext ?? 0) / 1000));
			throw new AppError({
				code: "rate_limited",
				message: `${who} has made its ${from.points} requests of this minute. Try again in ${retryAfterSeconds} s.`,
				retryAfterSeconds,
			});
		}
	}

	return {
		take: ({ address, kind }) => spend(ofAddress[kind], address, "This address"),
		takeAsCredential: ({ credentialId, kind }) => spend(ofCredential[kind], credentialId, "This session or token"),
		countUnknown: (address) => spend(unknown, address, "This address has shown unknown credentials and"),
	};
}
