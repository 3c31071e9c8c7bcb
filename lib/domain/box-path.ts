/**
 * Paths in a box, as a request gives them: absolute, or relative to the user's home, which `~/` may say. `.`, `..` and doubled
 * slashes are taken out here, by the text alone, so that what is checked is what the box is asked for.
 */
export const boxPathBytesMax = 4096;
const nameBytesMax = 255;

/** Tab and newline stand in names that people have; the other control characters only ever serve to deceive. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacter = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** Why this cannot be a path in a box, in words; null when it can. */
export function boxPathProblem(path: string): string | null {
	if (path === "") return "A path is needed.";
	if (!path.isWellFormed()) return "The path is not valid Unicode.";
	if (controlCharacter.test(path)) return "The path has a control character in it.";
	if (byteLength(path) > boxPathBytesMax) return `A path has at most ${boxPathBytesMax} bytes.`;
	if (path.startsWith("~") && path !== "~" && !path.startsWith("~/"))
		return "Of `~`, only `~` and `~/…` are known: the home of the user. A file whose name begins so is `./~…`.";
	if (path.split("/").some((name) => byteLength(name) > nameBytesMax))
		return `A name has at most ${nameBytesMax} bytes.`;
	return null;
}

function byteLength(text: string): number {
	return new TextEncoder().encode(text).length;
}

/** `/a/b`, without `.`, `..`, doubled slashes or one at the end; `/` alone for the root. `home` is absolute. */
export function resolveBoxPath(path: string, home: string): string {
	const rest = path === "~" ? "" : path.startsWith("~/") ? path.slice(2) : path;
	const parts: string[] = [];
	for (const part of (rest.startsWith("/") && rest === path ? rest : `${home}/${rest}`).split("/")) {
		if (part === "..") parts.pop();
		else if (part !== "" && part !== ".") parts.push(part);
	}
	return `/${parts.join("/")}`;
}

/** Of a resolved path. The parent of `/` is `/`. */
export function parentOf(path: string): string {
	return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** Of a resolved path; empty for `/`. */
export function nameOf(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}

export function joinPath(folder: string, name: string): string {
	return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

/** Whether `path` is `folder` or below it. Both are resolved. */
export function isAtOrBelow(path: string, folder: string): boolean {
	return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** Permission bits as people write them: `0644`. */
export function octalMode(mode: number): string {
	return (mode & 0o7777).toString(8).padStart(4, "0");
}
