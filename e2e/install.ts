/** The running install that the specs drive: what `npm test` tells by environment. */
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

function needed(name: string): string {
	const value = process.env[name];
	if (value) return value;
	throw new Error(
		`${name} is not set. The specs run by \`npm test\`, or against a running install with DEVBOX_E2E_URL, DEVBOX_DATA and DEVBOX_E2E_PROJECT set.`,
	);
}

export const install = {
	root,
	url: needed("DEVBOX_E2E_URL"),
	dataDir: needed("DEVBOX_DATA"),
	/** The engine's project of this install. */
	project: needed("DEVBOX_E2E_PROJECT"),
	/** Of the bare repositories of the GitHub stand-in. */
	gitFolder: join(tmpdir(), `devbox-e2e-git-${process.env.DEVBOX_E2E_GITHUB_PORT ?? "none"}`),
	githubPort: process.env.DEVBOX_E2E_GITHUB_PORT ? Number(process.env.DEVBOX_E2E_GITHUB_PORT) : null,
};

/** Runs one of the product's own commands, as an operator would; answers what it printed. */
export function operator(script: string, ...args: string[]): string {
	return execFileSync("npm", ["run", "--silent", script, "--", ...args], {
		cwd: root,
		encoding: "utf8",
		env: { ...process.env, DEVBOX_DATA: install.dataDir },
		timeout: 60_000,
	}).trim();
}

/** Names of the instances that the engine itself lists in our project, by its own client. */
export function engineInstances(): { name: string; status: string; labels: Record<string, string> }[] {
	const client = process.env.DEVBOX_E2E_ENGINE_CLIENT ?? "lxc";
	const text = execFileSync(client, ["list", "--project", install.project, "--format", "json"], {
		encoding: "utf8",
		timeout: 30_000,
	});
	const rows = JSON.parse(text) as { name: string; status: string; config: Record<string, string> }[];
	return rows.map((row) => ({ name: row.name, status: row.status, labels: row.config }));
}

/** The instances behind one devbox: one while it lives, none after. */
export function instancesOf(devboxId: string) {
	return engineInstances().filter((instance) => instance.labels["user.devbox.id"] === devboxId);
}
