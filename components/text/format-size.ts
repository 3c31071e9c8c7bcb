const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** `1.5 GiB`; at most one decimal. */
export function formatBytes(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = value >= 10 || unit === 0 || Number.isInteger(value) ? 0 : 1;
	return `${value.toFixed(digits)} ${units[unit]}`;
}

export function formatMib(mib: number): string {
	return formatBytes(mib * 1024 * 1024);
}
