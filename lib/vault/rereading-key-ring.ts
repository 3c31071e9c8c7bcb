import { readFileSync, statSync } from "node:fs";
import { type KeyRing, parseKeyRing } from "./key-ring.ts";

/**
 * The keys of a file as they are at each use: a key that the operator adds or takes out is seen by running processes without a word to
 * them. A look at the file's date costs microseconds. A file that is gone or cannot be read leaves the keys that were there.
 */
export function rereadingKeyRing(file: string, first: KeyRing): KeyRing {
	let ring = first;
	let seen = stateOf(file);
	function fresh(): KeyRing {
		const state = stateOf(file);
		if (state === null || state === seen) return ring;
		seen = state;
		try {
			ring = parseKeyRing(readFileSync(file, "utf8"), file);
		} catch {
			// What cannot be read now is read at the file's next change; a value whose key is missing meanwhile says so.
		}
		return ring;
	}
	return {
		get current() {
			return fresh().current;
		},
		get keys() {
			return fresh().keys;
		},
		find: (id) => fresh().find(id),
		source: file,
	};
}

function stateOf(file: string): string | null {
	const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
	return stat ? `${stat.ino} ${stat.mtimeNs} ${stat.size}` : null;
}
