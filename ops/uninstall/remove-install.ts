/** Takes an install away, in an order in which what is left can always be found again: `install.json` goes last. */
import { existsSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { dropRoles, roleNames } from "../database/grant-roles.ts";
import { removeHost } from "../host/remove-host.ts";
import { externalDatabaseUrl } from "../install/data-folders.ts";
import { cloneDir, type Install, isPointedTo } from "../install/install.ts";
import { removeSystemUser } from "../install/system-users.ts";
import type { Stages } from "../progress/stages.ts";
import { leaveImageCache } from "../start/image-cache.ts";
import { removeUnit } from "./remove-unit.ts";

const hostTimeoutMs = 15 * 60_000;

/** Answers what stayed on purpose, in words for a person. The product must not run. */
export async function removeInstall(install: Install, stages: Stages): Promise<string[]> {
	const stayed: string[] = [];
	await stages.run("Unit", () => removeUnit(install));
	await stages.run("Boxes, engine, firewall", async (report) => {
		const signal = AbortSignal.timeout(hostTimeoutMs);
		stayed.push(...(await removeHost({ installId: install.installId, signal, progress: report.phrase })));
	});
	const databaseUrl = await externalDatabaseUrl(install);
	if (databaseUrl) {
		await stages.run("Database roles", () => dropRoles(databaseUrl, roleNames(install.installId, true)));
		stayed.push("The tables in your PostgreSQL (DATABASE_URL) stay: drop that database if nobody needs it.");
	}
	await stages.run("Data directory", async () => {
		const cache = await leaveImageCache(install);
		if (cache) await rm(cache, { recursive: true, force: true });
		for (const name of await readdir(install.dataDir)) {
			if (name !== "install.json") await rm(path.join(install.dataDir, name), { recursive: true, force: true });
		}
	});
	await stages.run("System users", async () => {
		for (const name of install.record.systemUsers) await removeSystemUser(name);
	});
	await stages.run("Last traces", () => removeTraces(install));
	stayed.push(`The clone at ${cloneDir}, with the dependencies in node_modules: rm -rf it.`);
	return stayed;
}

async function removeTraces(install: Install): Promise<void> {
	const isOurs = await isPointedTo(install);
	await rm(install.dataDir, { recursive: true, force: true });
	// Made for the first install on this machine; others may be in it.
	if (path.dirname(install.dataDir) === "/var/lib/devbox") await rmdir("/var/lib/devbox").catch(unlessFilled);
	if (!isOurs) return;
	for (const name of [".devbox", ".next"]) {
		if (existsSync(path.join(cloneDir, name))) await rm(path.join(cloneDir, name), { recursive: true, force: true });
	}
}

function unlessFilled(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST" && error.code !== "ENOENT") throw error;
}
