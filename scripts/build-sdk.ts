/**
 * `npm run build:sdk`: the SDK as ESM and as CommonJS with types, in sdk/dist, ready for `npm pack ./sdk`.
 *
 *   node scripts/build-sdk.ts [folder]   writes folder/dist instead
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const timeoutMs = 3 * 60_000;

/** The same source twice. CommonJS cannot keep the syntax of modules, which the rest of the tree insists on. */
const passes = [
	{ folder: "esm", type: "module", args: [] },
	{
		folder: "cjs",
		type: "commonjs",
		args: ["--module", "commonjs", "--moduleResolution", "bundler", "--verbatimModuleSyntax", "false"],
	},
] as const;

function build(dist: string): void {
	rmSync(dist, { recursive: true, force: true });
	for (const pass of passes) {
		const outDir = path.join(dist, pass.folder);
		const compiler = path.join(root, "node_modules/typescript/bin/tsc");
		const args = [compiler, "-p", path.join(root, "sdk/tsconfig.json"), "--outDir", outDir, ...pass.args];
		execFileSync(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], timeout: timeoutMs });
		writeFileSync(path.join(outDir, "package.json"), `${JSON.stringify({ type: pass.type })}\n`);
		for (const file of declarationsIn(outDir)) writeFileSync(file, withJsEndings(readFileSync(file, "utf8")));
	}
}

function declarationsIn(folder: string): string[] {
	const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
	return names.filter((name) => name.endsWith(".d.ts")).map((name) => path.join(folder, name));
}

/** The compiler rewrites `./x.ts` in what it emits as JavaScript only; an older one does not find the types by that name. */
function withJsEndings(declarations: string): string {
	return declarations.replace(/((?:from|import\()\s*"\.[^"]*)\.ts"/g, '$1.js"');
}

build(path.join(path.resolve(process.argv[2] ?? path.join(root, "sdk")), "dist"));
