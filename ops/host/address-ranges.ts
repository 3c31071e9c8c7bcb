/** IPv4 ranges as numbers: which subnets are free on this host. */

export type Range4 = { first: number; last: number };

/** `10.1.2.0/24`, or one address. Null for what is no IPv4 range. */
export function parseRange4(text: string): Range4 | null {
	const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text.trim());
	if (!match) return null;
	const [a, b, c, d] = match.slice(1, 5).map(Number) as [number, number, number, number];
	const bits = match[5] === undefined ? 32 : Number(match[5]);
	if ([a, b, c, d].some((part) => part > 255) || bits > 32) return null;
	const size = 2 ** (32 - bits);
	const address = ((a * 256 + b) * 256 + c) * 256 + d;
	const first = Math.floor(address / size) * size;
	return { first, last: first + size - 1 };
}

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

function overlaps(a: Range4, b: Range4): boolean {
	return a.first <= b.last && b.first <= a.last;
}
