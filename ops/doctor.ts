/** `npm run doctor`: looks at each layer, with the product running or not, and says what to do about each fault. */
import { parseArgs } from "node:util";
import { AppError } from "../lib/domain/errors.ts";
import { openEngine } from "../lib/engines/registry.ts";
import { serverGitAdvice } from "../lib/git/git-version.ts";
import { runCommandLine } from "./command-line.ts";
import { withOwnerClient } from "./database/owner-client.ts";
import { checkBox } from "./doctor/check-box.ts";
import { checkEngine, checkFirewall, checkIdMaps, checkLxcfs, checkRestrictedAccess } from "./doctor/check-engine.ts";
import {
	checkClock,
	checkDisk,
	checkGit,
	checkKernelLimits,
	checkMemory,
	checkVersions,
} from "./doctor/check-machine.ts";
import { checkDatabase, checkProcesses, type DatabaseLook } from "./doctor/check-product.ts";
import { type Finding, look, renderFindings, warn } from "./doctor/finding.ts";
import { findInstall, type Install } from "./install/install.ts";

await runCommandLine(async (args) => {
	const { values } = parseArgs({ args, options: { data: { type: "string" }, output: { type: "string", short: "o" } } });
	if (values.output && values.output !== "json")
		throw new AppError({ code: "invalid", message: "-o knows json alone." });
	const findings = await examine(values.data);
	const hasFailed = findings.some((finding) => finding.status === "fail");
	if (values.output === "json") console.log(JSON.stringify({ ok: !hasFailed, findings }, null, "\t"));
	else console.log(renderFindings(findings));
	return hasFailed ? 1 : 0;
});

async function examine(data: string | undefined): Promise<Finding[]> {
	const install = await findInstall({ data }).catch((error: unknown) => {
		if (error instanceof AppError && error.code === "not_found") return null;
		throw error;
	});
	const findings = [
		...(await look("versions", "npm start", checkVersions)),
		...(install ? [] : [warn("install", "there is none for this clone yet", "npm start")]),
		...(await look("git", serverGitAdvice, checkGit)),
		...(await look("kernel limits", "npm start", checkKernelLimits)),
		...(await look("disk", "Is the data directory mounted?", () => checkDisk(install))),
		...(await look("memory", "Is /proc mounted?", checkMemory)),
	];
	const engine = await checkEngine(install);
	findings.push(...engine.findings, ...(await look("lxcfs", "npm start", checkLxcfs)));
	if (!install) return [...findings, ...(await checkClock(null))];

	const { root } = engine;
	findings.push(...(await look("firewall", "npm start", () => checkFirewall(install, root))));
	if (root) findings.push(...(await look("id maps", "npm start", () => checkIdMaps(install, root))));
	const { database, processes } = await lookIntoDatabase(install);
	findings.push(...processes);
	if (!database) return findings;
	findings.push(...(await look("clock", "npm start", () => checkClock(database.now))));
	findings.push(
		...(await look("engine access", "npm start renews the certificate", () =>
			checkRestrictedAccess(install, database.host),
		)),
	);
	const { imageRef } = database;
	if (root && imageRef)
		findings.push(...(await look("container boot", "npm start", () => checkBox(install, openEngine(root), imageRef))));
	return findings;
}

async function lookIntoDatabase(install: Install): Promise<{ database: DatabaseLook | null; processes: Finding[] }> {
	let database: DatabaseLook | null = null;
	const processes = await look("database", `Look at ${install.dataDir}/log/postgres.log, then: npm start`, () =>
		withOwnerClient(install, async (client) => {
			database = await checkDatabase(install, client);
			return [...database.findings, ...(await checkProcesses(install, client))];
		}),
	);
	return { database, processes };
}
