/** `npm start` and `npm run dev`: set up, run, say where, and stay until told to stop. */
import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../lib/domain/errors.ts";
import { findServerGit, serverGitAdvice } from "../../lib/git/git-version.ts";
import { ownerLogin } from "../database/first-owner.ts";
import { withClient } from "../database/owner-client.ts";
import { linkLifetimeMinutes, makeSignInLink } from "../database/sign-in-link.ts";
import { keepFirewall } from "../host/keep-firewall.ts";
import { dataFolder } from "../install/data-folders.ts";
import { freeLoopbackPort, freePort, isPortFree } from "../install/free-port.ts";
import { type Install, openInstall, updateRecord } from "../install/install.ts";
import { clearRunning, type StartLock, takeStartLock, writeRunning } from "../install/start-lock.ts";
import { type Product, startProduct, stopProduct } from "../processes/start-product.ts";
import type { SupervisedProcess } from "../processes/supervised-process.ts";
import { openStages, type Stages } from "../progress/stages.ts";
import { buildWeb } from "../web/build-web.ts";
import { remoteLogin, tunnelCommand } from "./remote-login.ts";
import { type DatabaseReady, type Ground, prepareGround, setUpDatabase, setUpHost, setUpImage } from "./set-up.ts";
import { isLoopback, type ListenAddress, readStartOptions, type StartOptions } from "./start-options.ts";
import { copyTlsFiles, watchTlsFiles } from "./tls-files.ts";
import { waitHealthy } from "./wait-healthy.ts";

const healthyTimeoutMs = 60_000;
/** `next dev` compiles the first page when it is asked for. */
const devHealthyTimeoutMs = 180_000;
const portWaitMs = 6_000;
const sshPortDefault = 2222;

type Session = {
	o: StartOptions;
	isDev: boolean;
	stages: Stages;
	startedAt: Date;
	signal: AbortSignal;
	/** Undone in reverse order at the end, whatever ends it. */
	undo: (() => Promise<void> | void)[];
	say: (text: string) => void;
};

/** Answers the exit code: 0 after a stop that was asked for. */
export async function runStart(args: readonly string[], mode: { isDev: boolean }): Promise<number> {
	const o = readStartOptions(args, process.env);
	const stop = stopSignal();
	const session: Session = {
		o,
		...mode,
		stages: openStages({ output: process.stdout, counted: process.env.DEVBOX_STAGES }),
		startedAt: new Date(),
		signal: stop,
		undo: [],
		say: (text) => console.log(text),
	};
	try {
		await bringUp(session);
		await untilAborted(stop);
	} catch (error) {
		if (!stop.aborted) throw error;
	} finally {
		if (stop.aborted) session.say("\nStopping …");
		for (const undo of session.undo.reverse()) await undo();
	}
	session.say("Stopped. Devboxes go on; the next start finds them.");
	return 0;
}

/** At once for one that came before, as while the last lines were printed. */
function untilAborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

function stopSignal(): AbortSignal {
	const controller = new AbortController();
	// Bootstrap and terminal may both send one: the first counts.
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => controller.abort());
	return controller.signal;
}

async function bringUp(s: Session): Promise<void> {
	const { install, ground } = await s.stages.run("Data directory", async (report) => {
		const install = await openInstall({ data: s.o.data });
		report.note(install.dataDir);
		s.undo.push(await lockInstall(install));
		await updateRecord(install, { publicUrl: s.o.publicUrl });
		return { install, ground: await prepareGround(install) };
	});
	await waitForPort(s, { ...s.o.listen, option: "--listen" });
	if (s.o.sshListen) await waitForPort(s, { ...s.o.sshListen, option: "--ssh-listen" });
	const supervision = openSupervision(s, install);
	const context = { install, stages: s.stages, signal: s.signal, ...supervision, ...ground };
	const database = await setUpDatabase({ ...context, databaseUrl: s.o.databaseUrl });
	const { server } = database;
	if (server) {
		supervision.watched.push(server);
		s.undo.push(() => server.stop());
	}
	const host = await setUpHost({ ...context, ownerUrl: database.ownerUrl });
	const said = (text: string) => s.say(`${new Date().toISOString()} ${text}`);
	s.undo.push(keepFirewall({ ...host.firewall, installId: install.installId, say: said }));
	await setUpImage({ ...context, ownerUrl: database.ownerUrl, host });
	const webServerFile = s.isDev ? null : await buildWebStage(s, install);
	await runProcesses(s, { install, ground, database, hostId: host.restricted.id, webServerFile, supervision });
	const { problem } = await findServerGit();
	const warnings = problem === null ? host.warnings : [...host.warnings, `${problem}. ${serverGitAdvice}`];
	for (const warning of warnings) s.say(`Note: ${warning}`);
	await announce(s, database.ownerUrl, supervision.ssh);
}

async function lockInstall(install: Install): Promise<() => Promise<void>> {
	await mkdir(dataFolder(install, "run"), { recursive: true, mode: 0o711 });
	const lock: StartLock = await takeStartLock(install);
	await clearRunning(install);
	return async () => {
		await clearRunning(install);
		lock.release();
	};
}

/** Where it was told; else the port of the last start, the usual one, or one that is free: several installs may share a machine. */
async function chooseSshAddress(s: Session, install: Install): Promise<ListenAddress> {
	if (s.o.sshListen) return s.o.sshListen;
	const { host } = s.o.listen;
	const { sshPort: last } = install.record;
	// Whoever connected to the last start's port shall find it again.
	if (last !== null) await waitForPort(s, { host, port: last, text: "", option: null });
	const port = await freePort(host, [last, sshPortDefault]);
	await updateRecord(install, { sshPort: port });
	return { host, port, text: `${host.includes(":") ? `[${host}]` : host}:${port}` };
}

/** A gateway that outlived its killed supervisor is ending right now. */
async function waitForPort(s: Session, o: ListenAddress & { option: string | null }): Promise<void> {
	const { host, port, text, option } = o;
	const until = Date.now() + portWaitMs;
	while (!(await isPortFree(host, port))) {
		if (Date.now() > until) {
			if (option === null) return;
			const message = `Another program listens on ${text}. Stop it, or choose another address: npm start -- ${option} ${host}:${port + 1}`;
			throw new AppError({ code: "conflict", message });
		}
		await delay(100, undefined, { signal: s.signal });
	}
}

type Supervision = {
	watched: SupervisedProcess[];
	onChange: () => void;
	onDeath: (text: string) => void;
	webPort: number;
	/** Known once the processes are started. */
	ssh: ListenAddress;
};

/** Keeps `run/running.json` true, and tells the operator of every death. */
function openSupervision(s: Session, install: Install): Supervision {
	const watched: SupervisedProcess[] = [];
	let writing: Promise<void> = Promise.resolve();
	const supervision: Supervision = {
		watched,
		webPort: 0,
		ssh: s.o.sshListen ?? s.o.listen,
		onDeath: (text) => {
			if (!s.signal.aborted) s.say(`${new Date().toISOString()} ${text}`);
		},
		onChange: () => {
			// Written by one after the other; while the product comes up or goes down nobody is told of processes.
			writing = writing
				.then(() => {
					if (s.signal.aborted || supervision.webPort === 0) return;
					return writeRunning(install, runningNow(s, supervision));
				})
				.catch((error: unknown) => s.say(`Cannot write run/running.json: ${(error as Error).message}`));
		},
	};
	s.undo.push(() => writing);
	return supervision;
}

function runningNow(s: Session, supervision: Supervision) {
	const pids = supervision.watched.flatMap((item) => {
		const pid = item.pid();
		return pid === null ? [] : [[item.name, pid] as const];
	});
	return {
		pid: process.pid,
		startedAt: s.startedAt.toISOString(),
		url: s.o.publicUrl,
		listen: s.o.listen.text,
		sshListen: supervision.ssh.text,
		isTls: s.o.tls !== null,
		webUrl: `http://127.0.0.1:${supervision.webPort}`,
		processes: Object.fromEntries(pids),
	};
}

function buildWebStage(s: Session, install: Install): Promise<string> {
	return s.stages.run("Web app", async (report) => {
		const built = await buildWeb({ webDir: dataFolder(install, "web"), signal: s.signal, onPhrase: report.phrase });
		report.note(built.isFresh ? "built" : "up to date");
		return built.serverFile;
	});
}

type Parts = {
	install: Install;
	ground: Ground;
	database: DatabaseReady;
	hostId: string;
	webServerFile: string | null;
	supervision: Supervision;
};

async function runProcesses(s: Session, p: Parts): Promise<void> {
	await s.stages.run("Gateway, web and worker", async (report) => {
		const webPort = await freeLoopbackPort(p.install.record.webPort);
		await updateRecord(p.install, { webPort });
		p.supervision.ssh = await chooseSshAddress(s, p.install);
		const source = s.o.tls;
		const copyTls = () =>
			source ? copyTlsFiles({ install: p.install, user: p.ground.users?.app ?? null, tls: source }) : null;
		const product: Product = startProduct({
			install: p.install,
			...p.ground,
			addresses: {
				listen: s.o.listen.text,
				sshListen: p.supervision.ssh.text,
				publicUrl: s.o.publicUrl,
				webPort,
				tls: await copyTls(),
			},
			databaseUrls: p.database.urls,
			webServerFile: p.webServerFile,
			...p.supervision,
		});
		s.undo.push(() => stopProduct(product));
		if (source) {
			const renew = () => Promise.resolve(copyTls()).then(() => product.gateway.restart());
			s.undo.push(watchTlsFiles(source, () => void renew().catch((error: Error) => s.say(error.message))));
		}
		await withClient(p.database.ownerUrl, (client) =>
			waitHealthy({
				product,
				client,
				...s.o,
				isTls: source !== null,
				hostId: p.hostId,
				startedAt: s.startedAt,
				logDir: dataFolder(p.install, "log"),
				signal: s.signal,
				timeoutMs: s.isDev ? devHealthyTimeoutMs : healthyTimeoutMs,
				onPhrase: report.phrase,
			}),
		);
		p.supervision.watched.push(...Object.values(product));
		p.supervision.webPort = webPort;
		p.supervision.onChange();
	});
}

async function announce(s: Session, ownerUrl: string, ssh: ListenAddress): Promise<void> {
	const { link, login } = await withClient(ownerUrl, async (client) => ({
		link: await makeSignInLink(client, { login: null, publicUrl: s.o.publicUrl }),
		login: await ownerLogin(client),
	}));
	const seconds = ((Date.now() - s.startedAt.getTime()) / 1000).toFixed(1);
	s.say(`\nReady in ${seconds} s: ${s.o.publicUrl}\n`);
	s.say(
		`Sign in as ${login}, once, within ${linkLifetimeMinutes} minutes (npm run sign-in-link prints another):\n  ${link}\n`,
	);
	const isUsual = s.o.sshListen !== null || ssh.port === sshPortDefault;
	s.say(
		`SSH listens on ${ssh.text}${isUsual ? "" : ` (${sshPortDefault} is taken; --ssh-listen chooses another)`}: ssh <devbox>@… -p ${ssh.port}\n`,
	);
	const remote = isLoopback(s.o.listen.host) ? await remoteLogin() : null;
	if (remote)
		s.say(
			`It listens on this machine alone. From yours, run this and open the link there:\n  ${tunnelCommand(remote, isLoopback(ssh.host) ? [s.o.listen, ssh] : [s.o.listen])}\n`,
		);
	if (!isLoopback(s.o.listen.host) && s.o.publicUrl.startsWith("http://")) {
		s.say(
			"Note: others reach this without https. Give --tls-cert and --tls-key, or put a proxy before it (docs/runbook.md).\n",
		);
	}
	s.say("Ctrl-C stops it; devboxes go on.");
}
