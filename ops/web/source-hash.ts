/** What the web app is built from, as one hash: an unchanged tree is not built again. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

const sources = [
	"app",
	"components",
	"lib",
	"sdk",
	"package-lock.json",
	"proxy.ts",
	"next.config.ts",
	"postcss.config.mjs",
	"tsconfig.web.json",
	"public",
];

export async function webSourceHash(cloneDir: string): Promise<string> {
	const hash = createHash("sha256").update(`${process.version}\0`);
	for (const source of sources) {
		for (const file of await filesOf(path.join(cloneDir, source))) {
			hash
				.update(`${path.relative(cloneDir, file)}\0`)
				.update(await readFile(file))
				.update("\0");
		}
	}
	return hash.digest("hex").slice(0, 16);
}

/** Tests are no part of what is served. */
function counts(file: string): boolean {
	return !/\.test\.tsx?$|\.md$/.test(file) && !path.basename(file).startsWith(".");
}

async function filesOf(target: string): Promise<string[]> {
	const entries = await readdir(target, { recursive: true, withFileTypes: true }).catch(
		(error: NodeJS.ErrnoException) => {
			if (error.code === "ENOENT") return null;
			if (error.code === "ENOTDIR") return "file" as const;
			throw error;
		},
	);
	if (entries === null) return [];
	if (entries === "file") return [target];
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter(counts)
		.sort();
}
