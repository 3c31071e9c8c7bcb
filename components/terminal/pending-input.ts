/** What is typed while there is no connection, up to this many bytes. */
export const pendingInputBytesMax = 4 * 1024;

export type PendingInput = {
	/** False when it did not fit and was dropped: half of a paste would be worse than none. */
	add(bytes: Uint8Array): boolean;
	/** All of it, in order; it is empty afterwards. */
	take(): Uint8Array[];
};

export function createPendingInput(): PendingInput {
	let chunks: Uint8Array[] = [];
	let size = 0;
	return {
		add(bytes) {
			if (size + bytes.length > pendingInputBytesMax) return false;
			chunks.push(bytes);
			size += bytes.length;
			return true;
		},
		take() {
			const taken = chunks;
			chunks = [];
			size = 0;
			return taken;
		},
	};
}
