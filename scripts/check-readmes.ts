/** Each top folder that git keeps says in at most 20 lines what it is, what it may import and where to start. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { trackedFiles } from "./tracked-files.ts";

const root = path.resolve(import.meta.dirname, "..");
const linesMax = 20;

export async function checkReadmes(): Promise<string[]> {
	const files = await trackedFiles();
	const folders = new Set(files.flatMap((file) => (file.includes("/") ? [file.split("/")[0] ?? ""] : [])));
	return [...folders].filter((folder) => !folder.startsWith(".")).flatMap(findingsOf);
}

function findingsOf(folder: string): string[] {
	// What is published has a README for those who use it; the one for who works on it lies beside the source.
	const isPackage = existsSync(path.join(root, folder, "package.json"));
	const file = path.join(folder, isPackage ? "src/README.md" : "README.md");
	if (!existsSync(path.join(root, file))) return [`${file} is missing`];
	const lines = readFileSync(path.join(root, file), "utf8").trimEnd().split("\n").length;
	return lines > linesMax ? [`${file} has ${lines} lines; ${linesMax} is the most`] : [];
}
