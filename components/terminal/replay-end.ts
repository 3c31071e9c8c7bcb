/**
 * Finds where a replayed history ends: `/usr/lib/devbox/terminal` sends 16 KiB of NULs after it, before tmux draws the screen, and
 * tmux itself sends none.
 */
const zerosNeeded = 4 * 1024;

export type ReplayEnd = {
	/** Whether the end is in this piece of output, or before it. */
	push(bytes: Uint8Array): boolean;
};

export function watchReplayEnd(): ReplayEnd {
	let zeros = 0;
	let isFound = false;
	return {
		push(bytes) {
			for (let at = 0; at < bytes.length && !isFound; at++) {
				zeros = bytes[at] === 0 ? zeros + 1 : 0;
				isFound = zeros >= zerosNeeded;
			}
			return isFound;
		},
	};
}
