/** Flow control, the page's half: the server sends only so far ahead of what the screen has taken. */

/** Acknowledged in lumps of this many bytes: an eighth of the server's window, so that it never has to wait for us. */
export const ackEveryBytes = 64 * 1024;

export type AckCounter = {
	/** Bytes came and wait for the screen. */
	received(bytes: number): void;
	/** The screen has taken them. */
	written(bytes: number): void;
};

export function createAckCounter(sendAck: (bytes: number) => void): AckCounter {
	let waiting = 0;
	let unsent = 0;
	return {
		received(bytes) {
			waiting += bytes;
		},
		written(bytes) {
			waiting -= bytes;
			unsent += bytes;
			// With nothing left to write there is no later moment at which the rest would be sent.
			if (unsent < ackEveryBytes && waiting > 0) return;
			sendAck(unsent);
			unsent = 0;
		},
	};
}
