/**
 * One stream of an exec as it passes through here: what nobody has taken yet, and before that as much as fits of what was taken, for
 * a reader that comes back. Offsets count from the exec's first byte.
 */
export const ringBytesMax = 1024 * 1024;

export type OutputRing = {
	push(bytes: Buffer): void;
	/** From `offset` on, at most `bytesMax`; empty when there is nothing. An offset before `startOffset` is read from there. */
	read(offset: number, bytesMax: number): Buffer;
	/** Some reader has been given everything before this. */
	taken(offset: number): void;
	/** More than fits waits for a reader: take nothing more from the box. */
	readonly isFull: boolean;
	/** The oldest byte that is kept. */
	readonly startOffset: number;
	readonly endOffset: number;
};

type Chunk = { offset: number; bytes: Buffer };

export function openOutputRing(bytesMax = ringBytesMax): OutputRing {
	const chunks: Chunk[] = [];
	let start = 0;
	let end = 0;
	let takenTo = 0;

	function evict(): void {
		for (let oldest = chunks[0]; oldest && end - start > bytesMax; oldest = chunks[0]) {
			const next = oldest.offset + oldest.bytes.length;
			if (next > takenTo) return;
			chunks.shift();
			start = next;
		}
	}

	function find(offset: number): number {
		let low = 0;
		let high = chunks.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			const chunk = chunks[middle] as Chunk;
			if (chunk.offset + chunk.bytes.length <= offset) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	return {
		push(bytes) {
			if (bytes.length === 0) return;
			// A copy: what comes is a slice of a much larger receive buffer.
			chunks.push({ offset: end, bytes: Buffer.from(bytes) });
			end += bytes.length;
			evict();
		},
		read(offset, wanted) {
			const from = Math.max(offset, start);
			const parts: Buffer[] = [];
			let left = wanted;
			for (let at = find(from); at < chunks.length && left > 0; at++) {
				const chunk = chunks[at] as Chunk;
				const part = chunk.bytes.subarray(Math.max(0, from - chunk.offset)).subarray(0, left);
				parts.push(part);
				left -= part.length;
			}
			return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
		},
		taken(offset) {
			takenTo = Math.max(takenTo, Math.min(offset, end));
			evict();
		},
		get isFull() {
			return end - takenTo >= bytesMax;
		},
		get startOffset() {
			return start;
		},
		get endOffset() {
			return end;
		},
	};
}
