/** Who has which address on a host's two bridges, each a /24 whose first address is the host's own. */

/** The filter's leg: where fenced boxes send what leaves them. */
export function filterAddress(hostAddress: string): string {
	return inFence(hostAddress, 2);
}

/** The filter's other leg, on the boxes' usual bridge: an address that no box there can get. */
export function filterOuterAddress(bridgeAddress: string): string {
	return inFence(bridgeAddress, 254);
}

/** Last numbers that fenced boxes may have. */
export const fencePlaces = { first: 10, last: 254 } as const;

/** Of nobody; 3 is the second box of an isolation audit. */
export const sparePlace = 4;

/** `place` is the last number of the address. */
export function inFence(hostAddress: string, place: number): string {
	return hostAddress.replace(/\.\d+$/, `.${place}`);
}
