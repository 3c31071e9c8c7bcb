/**
 * The stages of `npm start` up to the point where processes can run. Each finds what an earlier start made, so a start that was
 * killed anywhere is gone on with by the next.
 */
import path from "node:path";
import { openEngine } from "../../lib/engines/registry.ts";
import { embeddedOwnerUrl, startEmbeddedPostgres } from "../database/embedded-postgres.ts";
import { ensureFirstOwner } from "../database/first-owner.ts";
import { grantRoles, roleNames, urlForRole } from "../database/grant-roles.ts";
import { migrate } from "../database/migrate.ts";
import { withClient } from "../database/owner-client.ts";
import { localHostId, registerHost, registerImage } from "../database/register-host.ts";
import { hostNames } from "../host/host-names.ts";
import { ensureProfile } from "../host/project.ts";
import { openRootApi } from "../host/root-api.ts";
import { type LocalHost, setupHost } from "../host/setup-host.ts";
import {
	dataFolder,
	ensureDatabasePasswords,
	ensureDataFolders,
	giveTo,
	rememberDatabaseUrl,
} from "../install/data-folders.ts";
import { cloneDir, type Install, updateRecord } from "../install/install.ts";
import { ensureKeyEncryptionKey } from "../install/key-encryption-key.ts";
import { ensureSystemUsers, type SystemUsers } from "../install/system-users.ts";
import { codeView } from "../processes/code-view.ts";
import type { CodeView } from "../processes/launch-command.ts";
import type { SupervisedProcess } from "../processes/supervised-process.ts";
import type { Stages } from "../progress/stages.ts";
import { cachedBaseImage } from "./image-cache.ts";

export type SetUpContext = {
	install: Install;
	stages: Stages;
	signal: AbortSignal;
	onChange: () => void;
	onDeath: (text: string) => void;
};

export type Ground = { users: SystemUsers | null; view: CodeView };

/** Users, folders, modes. */
export async function prepareGround(install: Install): Promise<Ground> {
	const users = install.isRoot
		? await ensureSystemUsers({
				installId: install.installId,
				onMake: (name) => updateRecord(install, { systemUsers: [...new Set([...install.record.systemUsers, name])] }),
			})
		: null;
	await ensureDataFolders(install, users);
	return { users, view: await codeView(install, users) };
}

export type DatabaseReady = { ownerUrl: string; urls: { app: string; web: string }; server: SupervisedProcess | null };

export async function setUpDatabase(o: SetUpContext & Ground & { databaseUrl: string | null }): Promise<DatabaseReady> {
	const server = await o.stages.run("PostgreSQL", async (report) => {
		await rememberDatabaseUrl(o.install, o.databaseUrl);
		if (o.databaseUrl) {
			await withClient(o.databaseUrl, (client) => client.query("SELECT 1"));
			report.note(`at ${new URL(o.databaseUrl).host}`);
			return null;
		}
		const { server } = await startEmbeddedPostgres({ ...o, user: o.users?.db ?? null });
		report.note(`on port ${o.install.record.databasePort}`);
		return server;
	});
	try {
		const ownerUrl = o.databaseUrl ?? (await embeddedOwnerUrl(o.install));
		const urls = await o.stages.run("Migrations", async (report) => {
			const applied = await migrate(ownerUrl, path.join(cloneDir, "prisma/migrations"));
			report.note(applied.length ? `${applied.length} applied` : "up to date");
			await withClient(ownerUrl, ensureFirstOwner);
			const roles = await databaseRoles(o.install, o.databaseUrl !== null);
			if (await ensureKeyEncryptionKey({ ...o, ownerUrl })) report.note("key-encryption key made");
			if (await grantRoles({ ownerUrl, ...roles })) {
				return { app: urlForRole(ownerUrl, roles.app), web: urlForRole(ownerUrl, roles.web) };
			}
			report.warn(
				"The database's user may make no roles, so all processes share its login. Give it CREATEROLE to separate them.",
			);
			return { app: ownerUrl, web: ownerUrl };
		});
		return { ownerUrl, urls, server };
	} catch (error) {
		await server?.stop();
		throw error;
	}
}

async function databaseRoles(install: Install, isShared: boolean) {
	const passwords = await ensureDatabasePasswords(install);
	const names = roleNames(install.installId, isShared);
	return { app: { name: names.app, password: passwords.app }, web: { name: names.web, password: passwords.web } };
}

/** Engine, limits, pool, network, project; and the row that leads gateway and worker to it. */
export async function setUpHost(o: SetUpContext & Ground & { ownerUrl: string }): Promise<LocalHost> {
	const { installId } = o.install;
	const hostId = await withClient(o.ownerUrl, (client) => localHostId(client, hostNames(installId).project));
	const host = await setupHost({
		installId,
		hostId,
		engineDir: dataFolder(o.install, "engine"),
		signal: o.signal,
		progress: () => undefined,
		stage: (title, work) => o.stages.run(title, (report) => work(report.phrase)),
		...poolBound(),
	});
	await giveEngineFiles(o.install, o.users);
	await withClient(o.ownerUrl, (client) => registerHost(client, host.restricted));
	return host;
}

/** Tests keep their storage pool small. */
function poolBound(): { poolGibMax?: number } {
	const bound = Number(process.env.DEVBOX_POOL_GIB_MAX);
	return Number.isFinite(bound) && bound > 0 ? { poolGibMax: bound } : {};
}

async function giveEngineFiles(install: Install, users: SystemUsers | null): Promise<void> {
	const folder = dataFolder(install, "engine");
	await giveTo(path.join(folder, "client.key"), users?.app ?? null, 0o400);
	await giveTo(path.join(folder, "client.crt"), users?.app ?? null, 0o400);
}

/** Builds what is missing, and has the engine hold a sealed instance of it. */
export async function setUpImage(o: SetUpContext & { ownerUrl: string; host: LocalHost }): Promise<void> {
	await o.stages.run("Image builtin:base", async (report) => {
		const buildShare = 0.85;
		let isBuilding = false;
		const image = await cachedBaseImage({
			install: o.install,
			signal: o.signal,
			progress: (phrase, fraction) => {
				isBuilding = true;
				report.fraction(fraction * buildShare, phrase);
			},
		});
		await openEngine(o.host.root).importImage({
			image: image.image,
			rootfsPath: image.rootfsPath,
			signal: o.signal,
			onProgress: (fraction, phrase) =>
				report.fraction(isBuilding ? buildShare + fraction * (1 - buildShare) : fraction, phrase),
		});
		await withClient(o.ownerUrl, (client) =>
			registerImage(client, {
				name: "builtin:base",
				ref: image.image,
				description: "Debian with systemd, Docker, git, build tools, Python and tmux",
				sizeBytes: image.sizeBytes,
				buildSeconds: image.buildSeconds,
				programs: image.programs,
			}),
		);
		if (image.problem) report.warn(`The image has no tailscale: ${image.problem}`);
		await settleIdIsolation(o);
		report.note(image.isFresh ? "built" : (image.image.split("@")[1] ?? "there"));
	});
}

/** Only an instance that has started shows whether the engine gives each box user ids of its own for free. */
async function settleIdIsolation(o: SetUpContext & { host: LocalHost }): Promise<void> {
	const root = openRootApi(o.host.root.endpoint.replace(/^unix:\/\//, ""));
	try {
		await ensureProfile({ installId: o.install.installId, signal: o.signal, progress: () => undefined, root });
	} finally {
		root.close();
	}
}
