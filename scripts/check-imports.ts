/**
 * The import rules of .dependency-cruiser.cjs, and that the cruiser has seen every module of the tree: one that sees none finds
 * no violation either.
 */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const root = path.resolve(import.meta.dirname, "..");
const folders = ["app", "bench", "components", "e2e", "gateway", "images", "lib", "ops", "sdk", "worker", "proxy.ts"];

const resultSchema = z.object({
	modules: z.array(z.object({ source: z.string() })),
	summary: z.object({
		violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
	}),
});

export async function checkImports(): Promise<string[]> {
	const result = await cruise();
	const seen = new Set(result.modules.map((module) => module.source));
	const unseen = (await ownModules()).filter((file) => !seen.has(file));
	return [
		...result.summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`),
		...unseen.map((file) => `not cruised: ${file}`),
	];
}

async function cruise(): Promise<z.infer<typeof resultSchema>> {
	const program = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
	const args = [program, "--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders];
	// Its exit code is the number of violations, which the answer lists.
	const stdout = await new Promise<string>((resolve, reject) => {
		execFile(process.execPath, args, { cwd: root, maxBuffer: 256 * 1024 * 1024 }, (error, out, err) => {
			if (out.startsWith("{")) resolve(out);
			else reject(new Error(`dependency-cruiser failed: ${err || error?.message}`));
		});
	});
	return resultSchema.parse(JSON.parse(stdout));
}

/** What git keeps, or would keep, so that a file which is not yet added counts. */
async function ownModules(): Promise<string[]> {
	const args = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...folders];
	const { stdout } = await promisify(execFile)("git", args, { cwd: root, maxBuffer: 16 * 1024 * 1024 });
	const { stdout: deleted } = await promisify(execFile)("git", ["ls-files", "--deleted"], { cwd: root });
	const gone = new Set(deleted.split("\n"));
	const files = [...new Set(stdout.split("\n"))].filter(
		(file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts") && !gone.has(file),
	);
	if (files.length === 0) throw new Error("git lists no modules: is this a git repository?");
	return files;
}
