/** The three processes of ours, each as its user with its own database login. */
import path from "node:path";
import { cloneDir, type Install } from "../install/install.ts";
import type { SystemUsers } from "../install/system-users.ts";
import { type CodeView, launchCommand } from "./launch-command.ts";
import { baseEnvironment, type ProductAddresses } from "./process-environment.ts";
import { openRotatingLog } from "./rotating-log.ts";
import { type ProcessSpec, type SupervisedProcess, superviseProcess } from "./supervised-process.ts";

export type ProductOptions = {
	install: Install;
	users: SystemUsers | null;
	view: CodeView;
	addresses: ProductAddresses;
	databaseUrls: { app: string; web: string };
	/** The standalone server; null: `next dev` in the clone, and the others restart on change. */
	webServerFile: string | null;
	onChange: () => void;
	onDeath: (text: string) => void;
};

export type ProductName = "gateway" | "web" | "worker";
export type Product = Record<ProductName, SupervisedProcess>;

/** Safer from the OOM killer than any box, less so than the database. */
const oomScoreAdj = -500;
const stopGraceMs = 8_000;

export function startProduct(o: ProductOptions): Product {
	const isDev = o.webServerFile === null;
	const base = baseEnvironment(o.install, { ...o.addresses, isDev });
	const node = process.execPath;
	const watch = isDev ? ["--watch", "--watch-preserve-output"] : [];
	const entry = (name: string) => [node, ...watch, path.join(cloneDir, name)] as [string, ...string[]];
	const app = { user: "app", env: { ...base, ...keyEnvironment(), DATABASE_URL: o.databaseUrls.app } } as const;
	const web = {
		user: "web",
		env: { ...base, DATABASE_URL: o.databaseUrls.web, PORT: String(o.addresses.webPort), HOSTNAME: "127.0.0.1" },
	} as const;
	const next = path.join(cloneDir, "node_modules/next/dist/bin/next");
	const webCommand: [string, ...string[]] = o.webServerFile
		? [node, o.webServerFile]
		: [node, next, "dev", "--port", String(o.addresses.webPort), "--hostname", "127.0.0.1"];
	const run = (name: ProductName, command: [string, ...string[]], as: typeof app | typeof web) =>
		superviseProcess(processSpec(o, { name, command, env: as.env, user: as.user }), {
			log: openRotatingLog(path.join(o.install.dataDir, `log/${name}.log`)),
			onChange: o.onChange,
			onDeath: o.onDeath,
		});
	return {
		web: run("web", webCommand, web),
		worker: run("worker", entry("worker/main.ts"), app),
		gateway: run("gateway", entry("gateway/main.ts"), app),
	};
}

/** A key that the operator hands over by environment instead of the file; the web process does without. */
function keyEnvironment(): Record<string, string> {
	const { DEVBOX_KEY_ENCRYPTION_KEY: key } = process.env;
	return key ? { DEVBOX_KEY_ENCRYPTION_KEY: key } : {};
}

type Part = { name: ProductName; command: [string, ...string[]]; env: Record<string, string>; user: "app" | "web" };

function processSpec(o: ProductOptions, part: Part): ProcessSpec {
	const isDevWeb = part.name === "web" && o.webServerFile === null;
	// `next dev` writes into the clone, which only its owner may.
	const user = isDevWeb ? null : (o.users?.[part.user] ?? null);
	return {
		name: part.name,
		command: launchCommand({ command: part.command, user, view: o.view, signalAtOrphaning: "TERM" }),
		env: part.env,
		// A clone that the user cannot reach is entered at its mount point, by the launch itself.
		cwd: user && o.view.mountPoint ? o.install.dataDir : cloneDir,
		stopSignal: "SIGTERM",
		stopGraceMs,
		oomScoreAdj: o.users ? oomScoreAdj : null,
	};
}

/** The front door first, so that nobody is served by half a product. */
export async function stopProduct(product: Product): Promise<void> {
	await Promise.all([product.gateway.stop(), product.worker.stop(), product.web.stop()]);
}
