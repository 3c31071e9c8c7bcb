import type { DevboxError } from "./devbox-error.ts";

/** Told to the server after so many bytes; it holds back at eight times as many. */
const ackBytes = 64 * 1024;

/** Bytes that were read are acknowledged, so that the server sends only as fast as they are. */
export function createShellOutput(onRead: (bytes: number) => void) {
	const waiting: Uint8Array[] = [];
	let unackedBytes = 0;
	let wake: (() => void) | null = null;
	let end: { error: DevboxError | null } | null = null;

	const stream = new ReadableStream<Uint8Array>(
		{
			async pull(controller) {
				while (waiting.length === 0 && !end) {
					await new Promise<void>((resolve) => {
						wake = resolve;
					});
				}
				const chunk = waiting.shift();
				if (chunk) {
					controller.enqueue(chunk);
					unackedBytes += chunk.length;
					if (unackedBytes < ackBytes) return;
					onRead(unackedBytes);
					unackedBytes = 0;
				} else if (end?.error) controller.error(end.error);
				else controller.close();
			},
		},
		{ highWaterMark: 0 },
	);

	return {
		stream,
		add(chunk: Uint8Array): void {
			if (end || chunk.length === 0) return;
			waiting.push(chunk);
			wake?.();
		},
		end(error: DevboxError | null): void {
			end ??= { error };
			wake?.();
		},
	};
}
