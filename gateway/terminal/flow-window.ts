/** How far the server may run ahead of a client: bytes sent and not acknowledged, and bytes that still wait in our own socket. */
import { terminalUnackedBytesMax } from "../../lib/contract/terminal-protocol.ts";

export const socketBufferBytesMax = 1024 * 1024;

export type FlowWindow = {
	sent(bytes: number): void;
	/** False when the client acknowledges more than it was sent: it does not keep to the protocol. */
	acknowledged(bytes: number): boolean;
	/** Past a bound: take nothing more from the box. */
	isFull(socketBufferedBytes: number): boolean;
	/** Below half of both bounds: go on. */
	hasRoom(socketBufferedBytes: number): boolean;
	readonly unackedBytes: number;
};

export function openFlowWindow(): FlowWindow {
	let unacked = 0;
	return {
		sent(bytes) {
			unacked += bytes;
		},
		acknowledged(bytes) {
			if (bytes > unacked) return false;
			unacked -= bytes;
			return true;
		},
		isFull: (buffered) => unacked > terminalUnackedBytesMax || buffered > socketBufferBytesMax,
		hasRoom: (buffered) => unacked < terminalUnackedBytesMax / 2 && buffered < socketBufferBytesMax / 2,
		get unackedBytes() {
			return unacked;
		},
	};
}
