/** Which subnet is free on this host. */
import { overlaps, parseRange4, type Range4 } from "../../lib/domain/range4.ts";

/**
 * A private /24 that overlaps none of `taken`, found from a place that depends on the install, so that two installs that look at
 * the same moment do not pick the same. Null when every one is taken. Answers the prefix as `10.83.7`.
 */
export function pickSubnet(installId: string, taken: readonly Range4[]): string | null {
	const blocks = [
		...Array.from({ length: 190 * 256 }, (_, index) => `10.${64 + Math.floor(index / 256)}.${index % 256}`),
		...Array.from({ length: 16 * 256 }, (_, index) => `172.${16 + Math.floor(index / 256)}.${index % 256}`),
		...Array.from({ length: 256 }, (_, index) => `192.168.${index}`),
	];
	const inTen = 190 * 256;
	const start = Number.parseInt(installId, 36) % inTen;
	for (let step = 0; step < blocks.length; step += 1) {
		const prefix = blocks[step < inTen ? (start + step) % inTen : step];
		const range = prefix ? parseRange4(`${prefix}.0/24`) : null;
		if (prefix && range && !taken.some((other) => overlaps(range, other))) return prefix;
	}
	return null;
}
