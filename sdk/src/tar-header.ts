/** The header of one entry of a tar archive: POSIX ustar, with pax records for what does not fit, and GNU's ways when reading. */
export const tarBlockBytes = 512;

export type TarEntryKind = "file" | "directory" | "symlink" | "link" | "other";

export type TarEntry = {
	kind: TarEntryKind;
	/** As it stands in the archive: not to be trusted as a path. */
	name: string;
	/** Permission bits. */
	mode: number;
	sizeBytes: number;
	/** Seconds since 1970. */
	modifiedAtSeconds: number;
	/** Of a symlink: what it says. Of a link: the name of the entry that it is another name of. */
	target: string;
};

const typeOfKind = { file: "0", link: "1", symlink: "2", directory: "5" } as const;
const kindOfType: Readonly<Record<string, TarEntryKind>> = {
	"\0": "file",
	"0": "file",
	"1": "link",
	"2": "symlink",
	"5": "directory",
	"7": "file",
};
const nameBytesMax = 100;
/** Eleven octal digits. */
const octalSizeMax = 8 ** 11 - 1;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The blocks that come before an entry's bytes. */
export function encodeTarHeader(entry: TarEntry & { kind: keyof typeof typeOfKind }): Uint8Array[] {
	const name = entry.kind === "directory" ? `${entry.name}/` : entry.name;
	const records: Record<string, string> = {};
	if (needsRecord(name)) records.path = name;
	if (needsRecord(entry.target)) records.linkpath = entry.target;
	if (entry.sizeBytes > octalSizeMax) records.size = String(entry.sizeBytes);
	const header = encodeBlock({ ...entry, name, type: typeOfKind[entry.kind] });
	return Object.keys(records).length ? [...encodePax(records), header] : [header];
}

export function tarPadding(sizeBytes: number): Uint8Array {
	return new Uint8Array((tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes);
}

/** What stands at the end of an archive. */
export const tarEnd = new Uint8Array(tarBlockBytes * 2);

function needsRecord(text: string): boolean {
	const bytes = encoder.encode(text);
	return bytes.length > nameBytesMax || bytes.some((byte) => byte > 0x7e);
}

function encodePax(records: Record<string, string>): Uint8Array[] {
	const body = encoder.encode(Object.entries(records).map(encodeRecord).join(""));
	const entry = { mode: 0o644, sizeBytes: body.length, modifiedAtSeconds: 0, target: "" };
	return [encodeBlock({ ...entry, name: "PaxHeader", type: "x" }), body, tarPadding(body.length)];
}

/** `<length> key=value\n`, where the length counts its own digits. */
function encodeRecord([key, value]: [string, string]): string {
	const rest = encoder.encode(` ${key}=${value}\n`).length;
	let length = rest + String(rest).length;
	if (String(length).length !== String(rest).length) length = rest + String(length).length;
	return `${length} ${key}=${value}\n`;
}

function encodeBlock(o: Omit<TarEntry, "kind"> & { type: string }): Uint8Array {
	const block = new Uint8Array(tarBlockBytes);
	const put = (at: number, text: string, bytesMax: number) => block.set(encoder.encode(text).subarray(0, bytesMax), at);
	const octal = (value: number, digits: number) => Math.max(0, Math.floor(value)).toString(8).padStart(digits, "0");
	put(0, o.name, nameBytesMax);
	put(100, octal(o.mode & 0o7777, 7), 7);
	put(108, octal(0, 7), 7);
	put(116, octal(0, 7), 7);
	put(124, octal(o.sizeBytes > octalSizeMax ? 0 : o.sizeBytes, 11), 11);
	put(136, octal(Math.min(o.modifiedAtSeconds, octalSizeMax), 11), 11);
	put(148, "        ", 8);
	put(156, o.type, 1);
	put(157, o.target, nameBytesMax);
	put(257, "ustar\u000000", 8);
	put(148, `${octal(checksumOf(block), 6)}\0 `, 8);
	return block;
}

function checksumOf(block: Uint8Array): number {
	return block.reduce((sum, byte) => sum + byte, 0);
}

/** A header block as it was read, with the letter of its type; null for a block of zeros. Throws for what is no tar header. */
export function decodeTarBlock(block: Uint8Array): (TarEntry & { type: string }) | null {
	if (block.every((byte) => byte === 0)) return null;
	const said = readNumber(block, 148, 8);
	const blanked = block.slice();
	blanked.fill(0x20, 148, 156);
	if (checksumOf(blanked) !== said) throw new Error("this is no tar archive, or it is damaged");
	const type = String.fromCharCode(block[156] ?? 0);
	const isUstar = readText(block, 257, 6).startsWith("ustar");
	const prefix = isUstar ? readText(block, 345, 155) : "";
	const name = readText(block, 0, nameBytesMax);
	return {
		type,
		kind: kindOfType[type] ?? "other",
		name: prefix && block[263] !== 0x20 ? `${prefix}/${name}` : name,
		mode: readNumber(block, 100, 8) & 0o7777,
		sizeBytes: readNumber(block, 124, 12),
		modifiedAtSeconds: readNumber(block, 136, 12),
		target: readText(block, 157, nameBytesMax),
	};
}

function readText(block: Uint8Array, at: number, bytesMax: number): string {
	const field = block.subarray(at, at + bytesMax);
	const end = field.indexOf(0);
	return decoder.decode(end === -1 ? field : field.subarray(0, end));
}

/** Octal text, or GNU's base 256 for what is larger. */
function readNumber(block: Uint8Array, at: number, bytesMax: number): number {
	const first = block[at] ?? 0;
	if (first === 0x80) return block.subarray(at + 1, at + bytesMax).reduce((value, byte) => value * 256 + byte, 0);
	const text = readText(block, at, bytesMax).trim();
	if (text === "") return 0;
	if (!/^[0-7]+$/.test(text)) throw new Error("this is no tar archive, or it is damaged");
	return Number.parseInt(text, 8);
}

/** The records of a pax header, by key. */
export function decodePax(body: Uint8Array): Record<string, string> {
	const records: Record<string, string> = {};
	for (let at = 0; at < body.length; ) {
		const space = body.indexOf(0x20, at);
		const length = space === -1 ? 0 : Number(decoder.decode(body.subarray(at, space)));
		if (!Number.isInteger(length) || length <= space - at || at + length > body.length)
			throw new Error("the archive has a damaged extended header");
		const record = decoder.decode(body.subarray(space + 1, at + length - 1));
		const equals = record.indexOf("=");
		if (equals > 0) records[record.slice(0, equals)] = record.slice(equals + 1);
		at += length;
	}
	return records;
}
