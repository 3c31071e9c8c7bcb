/** The unit that runs `npm start` at boot. The engine is up before it; its processes are ended by it, in order, in 15 s. */
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { cloneDir, type Install } from "../install/install.ts";
import { operatorVariables } from "../operator-variables.ts";

export const unitsDir = "/etc/systemd/system";

export function unitName(installId: string): string {
	return `devbox-${installId}.service`;
}

export function environmentFile(install: Install): string {
	return path.join(install.dataDir, "service.env");
}

/** `startArgs`: what `npm start --` is to be told beside `--data`. */
export function renderUnit(o: { install: Install; node: string; startArgs: readonly string[] }): string {
	const command = [
		o.node,
		path.join(cloneDir, "ops/bootstrap.mjs"),
		"start",
		"--data",
		o.install.dataDir,
		...o.startArgs,
	];
	return `[Unit]
Description=Devbox (install ${o.install.installId})
Documentation=file://${encodeURI(path.join(cloneDir, "docs/runbook.md"))}
Wants=network-online.target
After=network-online.target incus.service lxd.service snap.lxd.daemon.service

[Service]
Type=exec
WorkingDirectory=${escapeSpecifiers(cloneDir)}
EnvironmentFile=-${escapeSpecifiers(environmentFile(o.install))}
Environment="PATH=${path.dirname(o.node)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ExecStart=${command.map(quote).join(" ")}
KillMode=mixed
TimeoutStopSec=30
Restart=on-failure
RestartSec=5
LimitNOFILE=1048576

[Install]
WantedBy=multi-user.target
`;
}

/** One line per variable that is set, as EnvironmentFile reads it. */
export function renderEnvironment(env: Record<string, string | undefined>): string {
	return operatorVariables
		.flatMap((name) => {
			const value = env[name];
			return value ? [`${name}="${value.replace(/[\\"$`]/g, "\\$&")}"\n`] : [];
		})
		.join("");
}

/** A word of ExecStart: in quotes where it needs them, with systemd's own signs doubled. */
function quote(word: string): string {
	const text = escapeSpecifiers(word).replaceAll("$", "$$$$");
	return /^[\w@%+=:,./[\]$-]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

function escapeSpecifiers(text: string): string {
	return text.replaceAll("%", "%%");
}

/** The machine's own Node: the one in node_modules is away for a moment when the dependencies are renewed. */
export function machineNode(searchPath: string): string {
	for (const folder of searchPath.split(":")) {
		const file = path.join(folder, "node");
		if (folder.includes("node_modules") || !isExecutable(file)) continue;
		return file;
	}
	return process.execPath;
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		// Not there, or not ours to run: the next folder.
		return false;
	}
}
