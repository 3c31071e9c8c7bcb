/** Transfers under way: so many per session or token, each ended when its credential is, when its client goes, and with the server. */
import { AppError } from "../../lib/domain/errors.ts";
import type { StreamRequest } from "../api/create-api.ts";
import type { StreamOperationId } from "../api/operation-types.ts";
import type { Credentials } from "../credentials/credentials.ts";

/** Each holds up to 5 MiB here, and a channel of the link. */
export const transfersPerCredentialMax = 16;

export type Transfers = {
	/** Gives `work` the signal that ends it. Throws `rate_limited` for one too many, `unavailable` while the server closes. */
	run<Id extends StreamOperationId, T>(
		request: StreamRequest<Id>,
		work: (signal: AbortSignal) => Promise<T>,
	): Promise<T>;
	close(): void;
};

export function openTransfers(o: { credentials: Credentials }): Transfers {
	const running = new Map<AbortController, string>();
	let isClosing = false;
	return {
		async run(request, work) {
			const { credentialId } = request.signedIn.actor;
			const held = [...running.values()].filter((id) => id === credentialId).length;
			if (held >= transfersPerCredentialMax) throw tooMany(held);
			if (isClosing) throw restarts();
			const ending = new AbortController();
			const { outgoing } = request.bindings;
			const leave = () => ending.abort(new AppError({ code: "unavailable", message: "The client went away." }));
			outgoing.once("close", leave);
			running.set(ending, credentialId);
			const stopWatching = o.credentials.watch(request.credential, request.signedIn, () =>
				ending.abort(new AppError({ code: "unauthenticated", message: "Your session or token has ended." })),
			);
			try {
				return await work(ending.signal);
			} finally {
				stopWatching();
				outgoing.off("close", leave);
				running.delete(ending);
			}
		},
		close() {
			isClosing = true;
			for (const ending of running.keys()) ending.abort(restarts());
		},
	};
}

function tooMany(held: number): AppError {
	return new AppError({
		code: "rate_limited",
		message: `You have ${held} transfers under way, which is the most per session or token. Wait for one to end.`,
		retryAfterSeconds: 2,
	});
}

function restarts(): AppError {
	return new AppError({ code: "unavailable", message: "The server restarts. Try again in a moment." });
}
