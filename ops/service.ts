/** `npm run service`: has systemd run the product at boot. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "../lib/domain/errors.ts";
import { runCommand } from "../lib/process/run-command.ts";
import { runCommandLine } from "./command-line.ts";
import { isSystemdInit } from "./host/start-engine.ts";
import { findInstall, replaceFile } from "./install/install.ts";
import { lockHolder } from "./install/start-lock.ts";
import {
	environmentFile,
	machineNode,
	renderEnvironment,
	renderUnit,
	unitName,
	unitsDir,
} from "./service/systemd-unit.ts";
import { readStartOptions } from "./start/start-options.ts";

await runCommandLine(async (args) => {
	const isPrint = args.includes("--print");
	const startArgs = withoutData(args.filter((arg) => arg !== "--print"));
	// Wrong options are refused now, not at the next boot.
	const options = readStartOptions(
		args.filter((arg) => arg !== "--print"),
		process.env,
	);
	const install = await findInstall({ data: options.data });
	const unit = renderUnit({ install, node: machineNode(process.env.PATH ?? ""), startArgs });
	if (isPrint) {
		process.stdout.write(unit);
		return 0;
	}
	const name = unitName(install.installId);
	if (!(await isSystemdInit())) {
		console.log(
			`This machine does not run systemd. Have what starts its services run \`npm start\`, or take this unit to one that does:\n\n${unit}`,
		);
		return 0;
	}
	if (!install.isRoot)
		throw new AppError({ code: "forbidden", message: "Writing a unit needs root: sudo npm run service" });
	await replaceFile(environmentFile(install), renderEnvironment(process.env), 0o600);
	await writeFile(path.join(unitsDir, name), unit, { mode: 0o644 });
	await runCommand({ command: ["systemctl", "daemon-reload"] });
	await runCommand({ command: ["systemctl", "enable", name] });
	console.log(`Wrote and enabled ${path.join(unitsDir, name)}`);
	if ((await lockHolder(install)) !== null) {
		console.log(`The product runs already: stop that one, then: systemctl start ${name}`);
		return 0;
	}
	await runCommand({ command: ["systemctl", "start", name] });
	console.log(`Started. See: systemctl status ${name}; journalctl -u ${name} -f`);
	return 0;
});

/** `--data` is always written out; the rest is handed on as it was given. */
function withoutData(args: readonly string[]): string[] {
	const { tokens } = parseArgs({
		args: [...args],
		tokens: true,
		options: {
			data: { type: "string" },
			listen: { type: "string" },
			"ssh-listen": { type: "string" },
			"tls-cert": { type: "string" },
			"tls-key": { type: "string" },
		},
	});
	return tokens.flatMap((token) => {
		if (token.kind !== "option" || token.name === "data") return [];
		const value = token.value ?? "";
		return [`--${token.name}`, token.name.startsWith("tls-") ? path.resolve(value) : value];
	});
}
