/** `npm run uninstall`: says what it will remove, asks, and removes that. Can be run again after one that stopped half-way. */
import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { AppError } from "../lib/domain/errors.ts";
import { runCommandLine } from "./command-line.ts";
import { findInstall, type Install, isPointedTo } from "./install/install.ts";
import { lockHolder } from "./install/start-lock.ts";
import { openStages } from "./progress/stages.ts";
import { removeInstall } from "./uninstall/remove-install.ts";
import { unitFile } from "./uninstall/remove-unit.ts";
import { stopRunning } from "./uninstall/stop-running.ts";

await runCommandLine(async (args) => {
	const { values } = parseArgs({
		args,
		options: {
			data: { type: "string" },
			yes: { type: "boolean", default: false },
			force: { type: "boolean", default: false },
		},
	});
	const install = await findInstall({ data: values.data });
	if (!install.isRoot)
		throw new AppError({ code: "forbidden", message: "Removing what root made needs root: sudo npm run uninstall" });
	const pid = await lockHolder(install);
	if (pid !== null && !values.force) {
		throw new AppError({
			code: "conflict",
			message: `The product runs (process ${pid}). Stop it first, or have it stopped: npm run uninstall -- --force`,
		});
	}
	console.log(`This removes:\n${(await inventory(install)).map((line) => `  ${line}`).join("\n")}\n`);
	if (!values.yes && !(await isConfirmed(install))) {
		console.log("Nothing was removed.");
		return 1;
	}
	const stages = openStages({ output: process.stdout });
	if (pid !== null) await stages.run("Stopping the product", () => stopRunning(install, pid));
	const stayed = await removeInstall(install, stages);
	console.log(`\nRemoved. What stays:\n${stayed.map((line) => `  ${line}`).join("\n")}`);
	return 0;
});

async function inventory(install: Install): Promise<string[]> {
	const { installId, dataDir, record } = install;
	return [
		`all devboxes of install ${installId}, with all that is in them`,
		`on the engine: project, storage pool, network, access list and certificate named devbox-${installId} and dbx${installId}`,
		"the firewall rules of this install",
		`${dataDir}, with the database, keys and logs`,
		...(record.systemUsers.length ? [`the system users ${record.systemUsers.join(", ")}`] : []),
		...(existsSync(unitFile(install)) ? [unitFile(install)] : []),
		...((await isPointedTo(install)) ? ["the clone's .devbox and .next folders"] : []),
	];
}

async function isConfirmed(install: Install): Promise<boolean> {
	if (!process.stdin.isTTY)
		throw new AppError({
			code: "invalid",
			message: "Nobody is there to ask. To remove it all: npm run uninstall -- --yes",
		});
	const ask = createInterface({ input: process.stdin, output: process.stdout });
	try {
		return (await ask.question(`Type ${install.installId} to remove it all: `)).trim() === install.installId;
	} finally {
		ask.close();
	}
}
