// Entry of every npm command that an operator runs. It must work on Node 18 with nothing installed, so it is plain JavaScript
// and imports only what Node brings: look at the machine (nothing is changed), install the locked dependencies when they
// changed, generate the database client, and go on as ops/<command>.ts on the Node that came with the dependencies.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { commandHelp, commandNames } from "./command-help.mjs";
import { checkPlatform } from "./platform-check.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const installedNode = path.join(root, "node_modules/.bin/node");
const stampFile = path.join(root, "node_modules/.devbox-lock");

/** Commands that bring the product up: they need a machine that can run it, and may renew the dependencies. */
const startingCommands = new Set(["start", "dev", "test"]);
/** Stages that run before the command's own; it goes on counting from here. */
const bootstrapStages = 2;
const stagesTotal = { start: 13, dev: 12 };

const [command, ...args] = process.argv.slice(2);
// A umask of 077 would make files that the unprivileged processes of ours cannot read.
process.umask(0o022);

if (!command || !commandNames.includes(command)) {
	console.error(`usage: npm run <${commandNames.join(" | ")}> [-- options]`);
	process.exit(command ? 1 : 0);
}
if (args.includes("--help") || args.includes("-h")) {
	console.log(commandHelp[command]);
	process.exit(0);
}
if (startingCommands.has(command)) {
	const refusal = await checkPlatform();
	if (refusal) {
		console.error(refusal);
		process.exit(1);
	}
} else if (process.platform !== "linux") {
	console.error("Devbox runs on Linux (Debian 12, Debian 13, Ubuntu 24.04).");
	process.exit(1);
}
stage(1, "Dependencies", installDependencies);
stage(2, "Database client", generateClient);
runCommand();

/** Prints `[ 1/13] Title … 1.2 s`; commands that only print or ask stay silent unless there is work. */
function stage(number, title, work) {
	const total = stagesTotal[command];
	const started = Date.now();
	const label = total ? `[${String(number).padStart(2)}/${total}] ${title} … ` : `${title} … `;
	const out = total ? process.stdout : process.stderr;
	let announced = false;
	const announce = () => {
		if (!announced) out.write(label);
		announced = true;
	};
	if (total) announce();
	try {
		work(announce);
	} catch (error) {
		announce();
		out.write("failed\n");
		console.error(error instanceof Error ? error.message : String(error));
		process.exit(1);
	}
	if (announced) out.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function installDependencies(announce) {
	const lockText = readFileSync(path.join(root, "package-lock.json"));
	const wanted = createHash("sha256").update(lockText).digest("hex");
	if (existsSync(installedNode)) {
		// Replacing the dependencies under a product that runs from them would break it: only a start renews them.
		if (!startingCommands.has(command)) return;
		if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
		if (installedMatchesLock(JSON.parse(lockText.toString()))) {
			writeFileSync(stampFile, wanted);
			return;
		}
		refuseWhileRunning();
	}
	announce();
	rmSync(stampFile, { force: true });
	const result = spawnSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
		cwd: root,
		stdio: ["ignore", "pipe", "pipe"],
		encoding: "utf8",
		timeout: 20 * 60_000,
		maxBuffer: 64 * 1024 * 1024,
	});
	if (result.error?.code === "ENOENT") throw new Error("npm is not installed. Run: apt-get install -y npm");
	if (result.status !== 0 || !existsSync(installedNode)) {
		const said = `${result.stdout}${result.stderr}`.trim().split("\n").slice(-15).join("\n");
		throw new Error(
			`npm ci failed${result.error ? ` (${result.error.message})` : ""}:\n${said}\nMend that and run it again.`,
		);
	}
	writeFileSync(stampFile, wanted);
}

/** Whether node_modules already holds exactly what the lock file asks for (after an `npm install`, say). */
function installedMatchesLock(lock) {
	const hiddenFile = path.join(root, "node_modules/.package-lock.json");
	if (!existsSync(hiddenFile)) return false;
	const installed = JSON.parse(readFileSync(hiddenFile, "utf8")).packages;
	for (const [where, entry] of Object.entries(lock.packages)) {
		if (where === "" || entry.link) continue;
		const there = installed[where];
		// Optional packages of other platforms are never there.
		if (!there && entry.optional) continue;
		if (!there || there.version !== entry.version || there.integrity !== entry.integrity) return false;
	}
	return Object.keys(installed).every((where) => where in lock.packages);
}

function refuseWhileRunning() {
	const pointer = path.join(root, ".devbox/install.json");
	if (!existsSync(pointer)) return;
	const lockFile = path.join(JSON.parse(readFileSync(pointer, "utf8")).dataDir, "run/lock");
	if (!existsSync(lockFile)) return;
	const tried = spawnSync("flock", ["-n", "-s", "-E", "75", lockFile, "true"]);
	if (tried.status !== 75) return;
	throw new Error(
		"package-lock.json has changed, and the product runs from the dependencies that are installed.\n" +
			"Stop it first (Ctrl-C, or `systemctl stop` of its unit), then run this again.",
	);
}

function generateClient(announce) {
	const schema = readFileSync(path.join(root, "prisma/schema.prisma"));
	const wanted = createHash("sha256")
		.update(schema)
		.update(readFileSync(path.join(root, "package-lock.json")))
		.digest("hex");
	const folder = path.join(root, "lib/db/generated");
	const generatedStamp = path.join(folder, ".devbox-schema");
	if (existsSync(generatedStamp) && readFileSync(generatedStamp, "utf8") === wanted) return;
	announce();
	mkdirSync(folder, { recursive: true });
	const result = spawnSync(installedNode, [path.join(root, "node_modules/prisma/build/index.js"), "generate"], {
		cwd: root,
		env: { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" },
		encoding: "utf8",
		timeout: 120_000,
	});
	if (result.status !== 0)
		throw new Error(`prisma generate failed:\n${`${result.stdout}${result.stderr}`.slice(-2000)}`);
	writeFileSync(generatedStamp, wanted);
}

/** The command lives and dies with this process: it gets our signals, and a kill -9 of us ends it as well. */
function runCommand() {
	const env = {
		...process.env,
		PATH: `${path.join(root, "node_modules/.bin")}:${process.env.PATH ?? "/usr/bin:/bin"}`,
	};
	const total = stagesTotal[command];
	if (total) env.DEVBOX_STAGES = `${bootstrapStages}/${total}`;
	const script = path.join(root, "ops", `${command}.ts`);
	const child = spawn("setpriv", ["--pdeathsig", "TERM", "--", installedNode, script, ...args], {
		cwd: root,
		env,
		stdio: "inherit",
	});
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
	child.on("error", (error) => {
		console.error(`Cannot run ops/${command}.ts: ${error.message}`);
		process.exit(1);
	});
	child.on("exit", (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}
