/**
 * What may stand in an archive that goes into a box or comes out of one: files, directories and links that stay inside. Every path
 * is taken as the text it is; whoever extracts it does so in a fresh directory, so that no link of the box is on the way.
 *
 * A symlink may begin with as many `..` as its own depth allows and have none after its first name. Then no chain of links leads
 * out: each begins in a real directory inside, climbs to one inside, and goes on through names, each of which is inside or such a link.
 */
import type { Header } from "tar-stream";

export type ArchiveEntry = {
	name: string;
	type: "file" | "directory" | "symlink" | "link";
	mode: number;
	mtime: Date;
	size: number;
	linkname?: string;
};

export type EntryVerdict = { entry: ArchiveEntry } | { problem: string };

const pathBytesMax = 4096;
const nameBytesMax = 255;
/** Names of links that are remembered: what an archive may make us hold. */
const rememberedMax = 200_000;
const rememberedBytesMax = 32 * 1024 * 1024;
const secondsMax = 2 ** 31 - 1;

/** Judges the entries of one archive, in their order. */
export class ArchiveJudge {
	/** Symlinks, and what was left out: nothing may lie under them or be linked to them. */
	readonly #barred = new Set<string>();
	#barredBytes = 0;

	/** Throws RangeError when the archive has more links than are remembered. */
	judge(header: Header): EntryVerdict {
		const pax = (header.pax ?? {}) as Record<string, string>;
		const name = plainPath(textOf(header.name, pax.path));
		if (typeof name !== "string") return name;
		const verdict = this.#judgeAt(name, { header, pax });
		if ("problem" in verdict || verdict.entry.type === "symlink") this.#bar(name);
		return verdict;
	}

	#judgeAt(name: string, { header, pax }: { header: Header; pax: Record<string, string> }): EntryVerdict {
		if (this.#isUnderBarred(name)) return { problem: "lies under a link of the archive" };
		if (this.#barred.has(name)) return { problem: "stands in the archive more than once, once as a link" };
		if (Object.keys(pax).some((key) => key.startsWith("GNU.sparse")))
			return { problem: "is sparse, in a format that is not read" };
		const { type } = header;
		if (name === "." && type !== "directory") return { problem: "takes the place of the archive's root" };
		const common = { name, mode: header.mode & 0o777, mtime: timeOf(header), size: 0 };
		if (type === "directory") return { entry: { ...common, type } };
		if (type === "file" || type === "contiguous-file") {
			if (!Number.isSafeInteger(header.size)) return { problem: "has an impossible size" };
			return { entry: { ...common, type: "file", size: header.size } };
		}
		if (type === "symlink" || type === "link") {
			const linkname = textOf(header.linkname ?? "", pax.linkpath);
			return type === "symlink" ? symlinkVerdict(common, linkname) : this.#hardlinkVerdict(common, linkname);
		}
		return { problem: "is a device, a pipe or of a kind that is not known" };
	}

	#hardlinkVerdict(common: Omit<ArchiveEntry, "type">, written: string | null): EntryVerdict {
		const linkname = plainPath(written);
		if (typeof linkname !== "string" || linkname === ".") return { problem: "is a hard link out of the archive" };
		if (this.#barred.has(linkname) || this.#isUnderBarred(linkname))
			return { problem: "is a hard link to a link, or to what is not in the archive" };
		return { entry: { ...common, type: "link", linkname } };
	}

	#isUnderBarred(name: string): boolean {
		for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1))
			if (this.#barred.has(name.slice(0, at))) return true;
		return false;
	}

	#bar(name: string): void {
		this.#barred.add(name);
		this.#barredBytes += name.length;
		if (this.#barred.size > rememberedMax || this.#barredBytes > rememberedBytesMax)
			throw new RangeError(`more than ${rememberedMax} links, or their names too long`);
	}
}

function symlinkVerdict(common: Omit<ArchiveEntry, "type">, target: string | null): EntryVerdict {
	if (target === null || target === "" || bytesOf(target) > pathBytesMax) return { problem: "is a symlink to no path" };
	if (target.startsWith("/")) return { problem: "is a symlink out of the archive" };
	const parts = target.split("/").filter((part) => part !== "" && part !== ".");
	const climbs = parts.findIndex((part) => part !== "..");
	const up = climbs === -1 ? parts.length : climbs;
	const depth = common.name.split("/").length - 1;
	if (up > depth || parts.includes("..", up)) return { problem: "is a symlink out of the archive" };
	return { entry: { ...common, type: "symlink", linkname: target } };
}

/** `.` for the root of the archive; without `./`, doubled slashes and one at the end. */
function plainPath(path: string | null): string | { problem: string } {
	if (path === null) return { problem: "has a name that is no UTF-8" };
	if (path.startsWith("/")) return { problem: "has an absolute path" };
	if (path.includes("\0") || path === "") return { problem: "has no usable name" };
	const parts = path.split("/").filter((part) => part !== "" && part !== ".");
	if (parts.includes("..")) return { problem: "has `..` in its path" };
	if (bytesOf(path) > pathBytesMax || parts.some((part) => bytesOf(part) > nameBytesMax))
		return { problem: "has a name that is too long" };
	return parts.join("/") || ".";
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Headers are read as bytes (latin1), save for pax records, which are UTF-8 by their definition. Null for what is no UTF-8. */
function textOf(read: string, pax: string | undefined): string | null {
	if (pax !== undefined) return pax;
	try {
		return utf8.decode(Buffer.from(read, "latin1"));
	} catch {
		return null;
	}
}

function bytesOf(text: string): number {
	return Buffer.byteLength(text);
}

function timeOf(header: Header): Date {
	const seconds = Math.floor(header.mtime.getTime() / 1000);
	return new Date(1000 * (Number.isFinite(seconds) ? Math.min(secondsMax, Math.max(0, seconds)) : 0));
}
