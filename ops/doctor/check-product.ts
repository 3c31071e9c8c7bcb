/** The database, and what runs of the product. */
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import type pg from "pg";
import { parseListen } from "../../lib/config/config.ts";
import type { HostConnection } from "../../lib/engines/registry.ts";
import { readMigrations } from "../database/migrate.ts";
import { hostNames } from "../host/host-names.ts";
import { cloneDir, type Install } from "../install/install.ts";
import { type Running, readRunning } from "../install/start-lock.ts";
import { statusOf } from "../start/wait-healthy.ts";
import { checkIsolation } from "./check-isolation.ts";
import { checkKeys } from "./check-keys.ts";
import { type Finding, fail, look, ok, warn } from "./finding.ts";

const heartbeatWarnMs = 120_000;

export type DatabaseLook = { findings: Finding[]; now: Date; host: HostConnection | null; imageRef: string | null };

export async function checkDatabase(install: Install, client: pg.Client): Promise<DatabaseLook> {
	const { rows } = await client.query<{ version: string; now: Date; size: string }>(
		"SELECT current_setting('server_version') AS version, clock_timestamp() AS now, pg_size_pretty(pg_database_size(current_database())) AS size",
	);
	const [facts] = rows;
	if (!facts) throw new Error("PostgreSQL answered nothing");
	const findings = [
		ok("database", `PostgreSQL ${facts.version}, ${facts.size}`),
		await checkMigrations(client),
		await checkKeys(install, client),
	];
	const host = await registeredHost(install, client);
	const image = await client.query<{ ref: string; programs: string[] }>(
		"SELECT ref, programs FROM images WHERE name = 'builtin:base'",
	);
	const imageRef = image.rows[0]?.ref ?? null;
	findings.push(imageRef ? ok("image", imageRef) : warn("image", "builtin:base is not there", "npm start builds it"));
	findings.push(await checkTailscale(client, image.rows[0]?.programs ?? []));
	findings.push(...(await look("isolation", "npm start", () => checkIsolation(client))));
	return { findings, now: facts.now, host, imageRef };
}

/** Something to mend only where devboxes are meant to join. */
async function checkTailscale(client: pg.Client, programs: readonly string[]): Promise<Finding> {
	if (programs.includes("tailscale")) return ok("tailscale", "in builtin:base");
	const { rowCount } = await client.query("SELECT 1 FROM tailscale_settings WHERE is_enabled LIMIT 1");
	if (!rowCount) return ok("tailscale", "not in builtin:base, and no workspace uses it");
	return warn(
		"tailscale",
		"devboxes are meant to join a tailnet, and builtin:base has no tailscale",
		"start the product with DEVBOX_TAILSCALE (docs/tailscale.md)",
	);
}

async function checkMigrations(client: pg.Client): Promise<Finding> {
	const known = await readMigrations(path.join(cloneDir, "prisma/migrations"));
	const { rows } = await client.query<{ migration_name: string }>(
		'SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL',
	);
	const missing = known.filter((migration) => !rows.some((row) => row.migration_name === migration.name));
	if (missing.length === 0) return ok("migrations", `${known.length} applied`);
	return warn(
		"migrations",
		`not applied: ${missing.map((migration) => migration.name).join(", ")}`,
		"npm start applies them",
	);
}

async function registeredHost(install: Install, client: pg.Client): Promise<HostConnection | null> {
	const { project } = hostNames(install.installId);
	const { rows } = await client.query<{
		id: string;
		endpoint: string;
		profile: string;
		pool: string;
		server_certificate: string | null;
	}>(
		"SELECT id, endpoint, profile, pool, server_certificate FROM hosts WHERE project = $1 ORDER BY created_at LIMIT 1",
		[project],
	);
	const [row] = rows;
	if (!row) return null;
	const tls = { certificate: "", key: "", serverCertificate: row.server_certificate ?? "" };
	return {
		id: row.id,
		engine: "incus",
		endpoint: row.endpoint,
		installId: install.installId,
		project,
		profile: row.profile,
		pool: row.pool,
		tls,
	};
}

/** Processes, ports and health of a running product; one line when it does not run. */
export async function checkProcesses(install: Install, client: pg.Client): Promise<Finding[]> {
	const running = await readRunning(install);
	if (!running)
		return [warn("product", "is not running, or not ready yet", "npm start (or: systemctl start of its unit)")];
	const listen = parseListen(running.listen);
	const address = { listen, publicUrl: running.url, isTls: running.isTls };
	const [api, page] = await Promise.all([statusOf(address, "/api/v1/devboxes"), statusOf(address, "/sign-in")]);
	const logs = path.join(install.dataDir, "log");
	return [
		...(await Promise.all(["gateway", "web", "worker"].map((name) => checkProcess(running, name, logs)))),
		api === 401
			? ok("port", `${running.listen} answers for ${running.url}`)
			: fail(
					"port",
					`${running.listen} answers ${api ?? "nothing"} where 401 was expected`,
					`Look at ${logs}/gateway.log`,
				),
		await checkSsh(running, logs),
		page === 200
			? ok("pages", "the sign-in page is served")
			: fail("pages", `the sign-in page answers ${page ?? "nothing"}`, `Look at ${logs}/web.log`),
		await checkWorkerPulse(client, logs),
	];
}

const sshAnswerMs = 5_000;

/** Whoever speaks SSH says so first. */
async function checkSsh(running: Running, logs: string): Promise<Finding> {
	const { host, port } = parseListen(running.sshListen);
	const near = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
	const greeting = await new Promise<string>((resolve) => {
		const socket = connect({ host: near, port, timeout: sshAnswerMs });
		const end = (said: string) => {
			socket.destroy();
			resolve(said);
		};
		socket.once("data", (chunk: Buffer) => end(chunk.toString("latin1").slice(0, 40).trim()));
		socket.once("timeout", () => end("nothing in time"));
		socket.once("error", (error) => end(error.message));
	});
	if (greeting.startsWith("SSH-2.0-Devbox")) return ok("ssh", `${running.sshListen} answers`);
	return fail("ssh", `${running.sshListen} answers ${JSON.stringify(greeting)}`, `Look at ${logs}/gateway.log`);
}

async function checkProcess(running: Running, name: string, logs: string): Promise<Finding> {
	const pid = running.processes[name];
	const mend = `It is started again by itself. Look at ${logs}/${name}.log`;
	if (!pid) return fail(name, "is down", mend);
	const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => null);
	if (status === null) return fail(name, `process ${pid} is gone`, mend);
	const rss = Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
	const uid = /^Uid:\s*(\d+)/m.exec(status)?.[1];
	const detail = `process ${pid}, user ${uid}, ${Math.round(rss)} MiB`;
	const shield = Number(await readFile(`/proc/${pid}/oom_score_adj`, "utf8").catch(() => "0"));
	if (shield >= 0)
		return warn(
			name,
			`${detail}, not shielded from the OOM killer`,
			"This machine lets nobody lower oom_score_adj (a container?); keep memory free",
		);
	return ok(name, detail);
}

async function checkWorkerPulse(client: pg.Client, logs: string): Promise<Finding> {
	const { rows } = await client.query<{
		name: string;
		status: string;
		status_message: string | null;
		age: number | null;
	}>(
		"SELECT name, status, status_message, extract(epoch FROM now() - probed_at)::float8 * 1000 AS age FROM hosts ORDER BY created_at LIMIT 1",
	);
	const [host] = rows;
	const mend = `Look at ${logs}/worker.log`;
	if (!host || host.age === null) return fail("host", "the worker has not looked at it yet", mend);
	const detail = `${host.name} is ${host.status}${host.status_message ? ` (${host.status_message})` : ""}, seen ${Math.round(host.age / 1000)} s ago`;
	if (host.status !== "online") return warn("host", detail, "No box is placed on it until it is online again");
	return host.age > heartbeatWarnMs ? fail("host", detail, mend) : ok("host", detail);
}
