/** IPv4 ranges as numbers. */

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

export function overlaps(a: Range4, b: Range4): boolean {
	return a.first <= b.last && b.first <= a.last;
}

export function contains(outer: Range4, inner: Range4): boolean {
	return outer.first <= inner.first && inner.last <= outer.last;
}

/** What is left of `from` without all of `taken`, in order. */
export function subtract(from: readonly Range4[], taken: readonly Range4[]): Range4[] {
	return taken.reduce<Range4[]>(
		(left, { first, last }) =>
			left.flatMap((range) =>
				overlaps(range, { first, last })
					? [
							{ first: range.first, last: first - 1 },
							{ first: last + 1, last: range.last },
						].filter((rest) => rest.first <= rest.last)
					: [range],
			),
		[...from],
	);
}

/** `10.1.2.0-10.1.2.255`: also for what is no power of two. */
export function formatRange4({ first, last }: Range4): string {
	return `${formatAddress4(first)}-${formatAddress4(last)}`;
}

function formatAddress4(address: number): string {
	return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}
