import { setTimeout as pause } from "node:timers/promises";

/** Asks until the answer is not undefined, null or false; past the deadline the test fails with `what`. */
export async function eventually<T>(
	what: string,
	ask: () => T | Promise<T>,
	deadlineMs = 10_000,
): Promise<NonNullable<T>> {
	const deadline = performance.now() + deadlineMs;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined && answer !== null && answer !== false) return answer;
		if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
		await pause(10);
	}
}
