export type ByteRange = { start: number; end: number };

/**
 * One range of a `Range` header (RFC 9110, 14.2): its bytes, `unsatisfiable` where the file has none of them, or null where all of the
 * file is to be sent: no header, one that is not understood, or several ranges.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | "unsatisfiable" | null {
	const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? "");
	const [, from = "", to = ""] = match ?? [];
	if (!match || (from === "" && to === "")) return null;
	const last = size - 1;
	if (from === "") {
		const count = Math.min(Number(to), size);
		return count > 0 ? { start: size - count, end: last } : "unsatisfiable";
	}
	const start = Number(from);
	const end = to === "" ? last : Math.min(Number(to), last);
	if (to !== "" && Number(to) < start) return null;
	return start <= last ? { start, end } : "unsatisfiable";
}
