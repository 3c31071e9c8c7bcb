import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { runCommand } from "../../lib/process/run-command.ts";
import { isSystemdInit } from "../host/start-engine.ts";
import type { Install } from "../install/install.ts";
import { unitName, unitsDir } from "../service/systemd-unit.ts";

export function unitFile(install: Install): string {
	return path.join(unitsDir, unitName(install.installId));
}

/** Gone already is success. */
export async function removeUnit(install: Install): Promise<void> {
	const file = unitFile(install);
	if (!existsSync(file)) return;
	const hasSystemd = await isSystemdInit();
	if (hasSystemd)
		await runCommand({ command: ["systemctl", "disable", "--now", unitName(install.installId)], timeoutMs: 60_000 });
	await rm(file, { force: true });
	if (hasSystemd) await runCommand({ command: ["systemctl", "daemon-reload"] });
}
