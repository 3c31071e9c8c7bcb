import { joinBytes } from "./byte-stream.ts";

/** Keeps the last `maxBytes` of what is added. */
export function createOutputTail(maxBytes: number) {
	let chunks: Uint8Array[] = [];
	let keptBytes = 0;
	let hasCut = false;

	function trim(): void {
		const all = joinBytes(chunks);
		hasCut ||= all.length > maxBytes;
		// A copy, so that what was cut off can be freed.
		chunks = [all.slice(Math.max(0, all.length - maxBytes))];
		keptBytes = chunks[0]?.length ?? 0;
	}

	return {
		add(chunk: Uint8Array): void {
			chunks.push(chunk);
			keptBytes += chunk.length;
			// Only now and then, so that each byte is copied a bounded number of times.
			if (keptBytes > maxBytes * 2 + 64 * 1024) trim();
		},
		/** Something before what comes next is missing. */
		cut(): void {
			hasCut = true;
		},
		isCut: () => hasCut || keptBytes > maxBytes,
		text(): string {
			trim();
			return new TextDecoder().decode(chunks[0]);
		},
	};
}
