/** Files of simulated boxes: a table of paths in this process's memory, gone with it. */
import { Readable, Writable } from "node:stream";
import type { BoxFileEntry, BoxFileStat, BoxFiles } from "../../domain/box-link.ts";
import { resolveBoxPath } from "../../domain/box-path.ts";
import { AppError } from "../../domain/errors.ts";

/** Null is a directory. */
type Entry = { content: Buffer | null; mode: number; modifiedAt: Date };

const entriesMax = 10_000;
const home = "/home/devbox";

export class SimulatedFileTree {
	readonly #entries = new Map<string, Entry>();

	open(): BoxFiles {
		return {
			stat: async (path) => statOf(this.#require(path)),
			follow: async (path) => statOf(this.#require(path)),
			readLink: async (path) => {
				throw new AppError({ code: "conflict", message: `${path} is no symlink.` });
			},
			realPath: async (path) => resolveBoxPath(path, home),
			list: async (path) => this.#list(path),
			read: (o) => this.#read(o),
			write: (o) => this.#write(o),
			makeDirectory: async (path) => {
				if (this.#find(path)) throw new AppError({ code: "conflict", message: `${path} exists.` });
				this.#entries.set(path, { content: null, mode: 0o755, modifiedAt: new Date() });
			},
			setMode: async (o) => {
				this.#require(o.path).mode = o.mode;
			},
			rename: async (o) => {
				if (o.keepExisting && this.#find(o.to)) throw new AppError({ code: "conflict", message: `${o.to} exists.` });
				this.#entries.set(o.to, this.#require(o.from));
				this.#entries.delete(o.from);
			},
			removeFile: async (path) => this.#remove(path, false),
			removeDirectory: async (path) => this.#remove(path, true),
			close: () => undefined,
		};
	}

	#find(path: string): Entry | null {
		const entry = this.#entries.get(path);
		if (entry) return entry;
		const isParent = path === "/" || [...this.#entries.keys()].some((each) => each.startsWith(`${path}/`));
		return isParent ? { content: null, mode: 0o755, modifiedAt: new Date(0) } : null;
	}

	#require(path: string): Entry {
		const entry = this.#find(path);
		if (entry) return entry;
		throw new AppError({ code: "not_found", message: `There is no ${path} in the devbox.` });
	}

	#list(path: string): { entries: BoxFileEntry[]; isTruncated: boolean } {
		this.#require(path);
		const prefix = path === "/" ? "/" : `${path}/`;
		const names = new Set<string>();
		for (const each of this.#entries.keys()) {
			const name = each.startsWith(prefix) ? each.slice(prefix.length).split("/")[0] : undefined;
			if (name) names.add(name);
		}
		const entries = [...names].sort().map((name) => ({ name, ...statOf(this.#require(prefix + name)) }));
		return { entries: entries.slice(0, entriesMax), isTruncated: entries.length > entriesMax };
	}

	#read(o: { path: string; start?: number; end?: number }): Readable {
		return Readable.from(this.#bytes(o));
	}

	async *#bytes(o: { path: string; start?: number; end?: number }): AsyncGenerator<Buffer> {
		const { content } = this.#require(o.path);
		if (content === null) throw new AppError({ code: "conflict", message: `${o.path} is a directory.` });
		yield content.subarray(o.start ?? 0, o.end === undefined ? content.length : o.end + 1);
	}

	#write(o: { path: string; mode?: number; isNew?: boolean }): Writable {
		if (o.isNew && this.#find(o.path)) throw new AppError({ code: "conflict", message: `${o.path} exists.` });
		const chunks: Buffer[] = [];
		return new Writable({
			write: (chunk: Buffer, _encoding, done) => {
				chunks.push(chunk);
				done();
			},
			final: (done) => {
				const content = Buffer.concat(chunks);
				this.#entries.set(o.path, { content, mode: o.mode ?? 0o644, modifiedAt: new Date() });
				done();
			},
		});
	}

	#remove(path: string, isDirectory: boolean): void {
		const entry = this.#require(path);
		if ((entry.content === null) !== isDirectory) {
			throw new AppError({ code: "conflict", message: `${path} is ${isDirectory ? "no" : "a"} directory.` });
		}
		this.#entries.delete(path);
	}
}

function statOf(entry: Entry): BoxFileStat {
	return {
		kind: entry.content === null ? "directory" : "file",
		sizeBytes: entry.content?.length ?? 0,
		mode: entry.mode,
		modifiedAt: entry.modifiedAt,
	};
}
