import type { BoxPty } from "../../lib/domain/box-link.ts";
import type { SshReader } from "../../lib/domain/ssh-wire.ts";

export type PtySize = { cols: number; rows: number };

const sizeDefault = { cols: 80, rows: 24 } as const;
const cellsMax = 10_000;
const modesBytesMax = 1_024;

/** RFC 4254, section 6.2: the terminal's type, its size in characters and in pixels, its modes. */
export function readPtyRequest(fields: SshReader): BoxPty {
	const term = fields.text();
	const size = readPtySize(fields);
	const modes = fields.bytes();
	return {
		term: /^[a-z0-9][a-z0-9+._-]{0,63}$/i.test(term) ? term : "dumb",
		...size,
		...(modes.length > 0 && modes.length <= modesBytesMax ? { modes } : {}),
	};
}

/** Columns and rows; the pixels after them are read over. A client without a window of its own says 0. */
export function readPtySize(fields: SshReader): PtySize {
	const [cols, rows] = [fields.uint32(), fields.uint32()];
	fields.uint32();
	fields.uint32();
	return { cols: sane(cols, sizeDefault.cols), rows: sane(rows, sizeDefault.rows) };
}

function sane(cells: number, fallback: number): number {
	return cells === 0 ? fallback : Math.min(cells, cellsMax);
}
