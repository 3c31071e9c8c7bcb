/** Absolute paths of a box, as text. */

export function joinPath(directory: string, name: string): string {
	return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

export function parentOf(path: string): string {
	return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** `/a/b` as the steps that lead there, the root first. */
export function stepsOf(path: string): { name: string; path: string }[] {
	const steps = [{ name: "/", path: "/" }];
	for (const name of path.split("/").filter(Boolean))
		steps.push({ name, path: joinPath(steps.at(-1)?.path ?? "/", name) });
	return steps;
}

/** The address that a browser downloads from: a directory comes as a tar archive. */
export function downloadUrl(id: string, path: string, kind: "file" | "directory"): string {
	const what = kind === "directory" ? "archive" : "files";
	return `/api/v1/devboxes/${encodeURIComponent(id)}/${what}?${new URLSearchParams({ path })}`;
}

/** What is wrong with a new name; null when nothing is. */
export function fileNameProblem(name: string): string | null {
	if (name === "") return "A name is needed.";
	if (name === "." || name === "..") return "This name means a directory that is there already.";
	if (name.includes("/")) return "A name holds no slash.";
	return new TextEncoder().encode(name).length > 255 ? "A name has at most 255 bytes." : null;
}
