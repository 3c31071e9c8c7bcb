/**
 * Who may import whom: the table of the design, read into rules. `npm run check` runs it, and fails as well when it cruised
 * fewer modules than the tree has, since a cruiser that sees nothing finds nothing wrong.
 */

/** Area -> the areas of ours that it may import, beside itself. A path is a regular expression, anchored at the root. */
const mayImport = {
	"lib/domain": [],
	"lib/contract": ["lib/domain"],
	"lib/config": ["lib/domain"],
	"lib/log": [],
	"lib/process": ["lib/domain"],
	"lib/net": ["lib/domain"],
	"lib/db": ["lib/domain", "lib/config", "lib/log", "lib/process"],
	"lib/auth": ["lib/domain", "lib/config", "lib/log", "lib/db"],
	"lib/vault": ["lib/domain", "lib/config", "lib/log", "lib/db", "lib/net"],
	"lib/identity": ["lib/domain", "lib/db"],
	"lib/github": ["lib/domain", "lib/config", "lib/log", "lib/db", "lib/net"],
	"lib/git": ["lib/domain", "lib/log", "lib/net"],
	"lib/engines": ["lib/domain", "lib/config", "lib/log", "lib/db"],
	"lib/egress": ["lib/domain", "lib/engines"],
	"lib/link": ["lib/domain", "lib/config", "lib/log", "lib/db", "lib/engines"],
	"lib/usecases": [
		"lib/contract",
		"lib/domain",
		"lib/db",
		"lib/vault",
		"lib/github",
		"lib/config",
		"lib/log",
		"lib/net",
	],
	app: ["components", "lib/contract", "lib/domain", "lib/auth", "sdk"],
	components: ["lib/contract", "lib/domain", "sdk"],
	"proxy\\.ts": ["lib/domain", "lib/auth"],
	worker: ["lib"],
	gateway: ["lib"],
	ops: ["lib", "images"],
	sdk: ["lib/contract", "lib/domain"],
	cli: ["sdk"],
	e2e: ["sdk"],
	bench: ["sdk", "e2e", "lib/engines", "lib/domain", "ops/host/test-internet\\.ts"],
	images: ["sdk", "lib/engines", "lib/domain", "lib/process"],
};

const ours = "^(app|bench|cli|components|e2e|gateway|images|lib|ops|sdk|worker)/|^proxy\\.ts$";
/** Tests put real things together, whatever their area may import; what only they use is named by it. */
const tests = "\\.test\\.tsx?$|/test-[^/]+\\.ts$|/testing/|/engine-contract[/.]|/remove-test-machine\\.ts$";

const anchored = (area) => (area.endsWith("\\.ts") ? `^${area}$` : `^${area}/`);

const areaRules = Object.entries(mayImport).map(([area, allowed]) => ({
	name: `${area.replace("\\", "")}-may-import`,
	comment: allowed.length ? `${area} may import ${allowed.join(", ")}` : `${area} imports nothing of ours`,
	severity: "error",
	from: { path: anchored(area), pathNot: tests },
	to: { path: ours, pathNot: [area, ...allowed].map(anchored) },
}));

module.exports = {
	forbidden: [
		...areaRules,
		{
			name: "domain-is-pure",
			comment: "The rules import nothing: no package, nothing of Node (the types of its streams excepted)",
			severity: "error",
			from: { path: "^lib/domain/", pathNot: tests },
			to: { pathNot: "^lib/domain/", dependencyTypesNot: ["type-only"] },
		},
		{
			name: "contract-needs-zod-alone",
			severity: "error",
			from: { path: "^lib/contract/", pathNot: tests },
			to: { pathNot: ["^lib/(contract|domain)/", "^node_modules/zod/"] },
		},
		{
			name: "sdk-takes-types-of-the-contract",
			comment: "zod would cost a client 92 kB",
			severity: "error",
			from: { path: "^sdk/", pathNot: tests },
			to: { path: "^lib/contract/", dependencyTypesNot: ["type-only"] },
		},
		{
			name: "only-db-knows-the-orm",
			severity: "error",
			from: { path: ours, pathNot: ["^lib/db/", tests] },
			to: { path: "^lib/db/generated/|^node_modules/@prisma/" },
		},
		{
			name: "product-without-tests",
			comment: "What runs must not need what tests",
			severity: "error",
			from: { path: ours, pathNot: [tests, "^bench/", "^e2e/", "^ops/test/"] },
			to: { path: `${tests}|^node_modules/(vitest|@playwright)/` },
		},
		{ name: "scripts-stay-outside", severity: "error", from: { path: ours }, to: { path: "^scripts/" } },
		{
			name: "no-circles",
			severity: "error",
			from: { pathNot: "^lib/db/generated/" },
			to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
		},
		{ name: "resolvable", severity: "error", from: { pathNot: "^lib/db/generated/" }, to: { couldNotResolve: true } },
	],
	options: {
		doNotFollow: { path: ["node_modules", "^lib/db/generated/"] },
		exclude: { path: ["^\\.next/", "^next-env\\.d\\.ts$"] },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.web.json" },
		enhancedResolveOptions: {
			exportsFields: ["exports"],
			conditionNames: ["import", "require", "node", "default", "types"],
			extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".css"],
		},
	},
};
