/**
 * A host for tests: a project of its own on this machine's real engine, under a fresh install id, with one sealed image at hand.
 * `close` removes it; what a killed test leaves is removed by the next `openTestHost`. Never touches another installation.
 */
import { execFile } from "node:child_process";
import { randomBytes, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { HostConnection } from "../registry.ts";
import { importImage } from "./import-image.ts";
import { findInstance, type IncusHost } from "./incus-host.ts";
import { labelKeys } from "./instance-view.ts";
import { sealedInstanceName } from "./sealed-image.ts";
import { type InstanceWatch, watchInstances } from "./test-events.ts";
import {
	createProject,
	ensureTestMachine,
	processIdentity,
	removeCertificate,
	removeOrphanedProjects,
	removeProject,
	rootHost,
	type Server,
	testEngineSocket,
	testMachine,
	withMachineLock,
} from "./test-machine.ts";
import { testRootfs } from "./test-rootfs.ts";

export type TestHost = {
	/** Over the unix socket. */
	connection: HostConnection;
	/** The same host over https, with a certificate that is restricted to its project; as gateway and worker reach it. */
	openHttps(): Promise<HostConnection>;
	/** A sealed image that is on the host: the `image` of a create. */
	image: string;
	rootfsPath: string;
	/** Every instance in the project, whatever its labels, but the sealed image: name -> status as the engine words it. */
	instances(): Promise<Map<string, string>>;
	/** Counts from now on what the engine does to instances. */
	watch(): Promise<InstanceWatch>;
	/** Removes all instances, the project and the certificate. */
	close(): Promise<void>;
};

/** Half a minute when nothing is cached on the machine, under a second afterwards. */
export async function openTestHost(): Promise<TestHost> {
	const installId = `t${randomBytes(8).readBigUInt64BE().toString(36).slice(0, 5).padStart(5, "0")}`;
	const project = `dbxtest-${installId}`;
	const root = rootHost("default", "");
	const { image, rootfsPath } = await withMachineLock(async () => {
		await removeOrphanedProjects(root);
		await ensureTestMachine(root);
		const rootfs = await testRootfs();
		await importImage(rootHost(testMachine.cacheProject, testMachine.cacheInstallId), rootfs);
		return rootfs;
	});
	const owner = (await processIdentity(process.pid)) ?? "";
	await createProject(root, { name: project, config: { [testMachine.ownerKey]: owner } });
	await copySealedImage(rootHost(project, installId), image);
	const connection: HostConnection = {
		id: `host_${installId}`,
		engine: "incus",
		endpoint: testEngineSocket(),
		installId,
		project,
		profile: testMachine.profile,
		pool: testMachine.pool,
	};
	return {
		connection,
		openHttps: () => openHttps(root, connection),
		image,
		rootfsPath,
		instances: () => instancesOf(connection, image),
		watch: () => watchInstances(connection),
		close: async () => {
			await removeCertificate(root, project);
			await removeProject(root, project);
			root.api.transport.close();
		},
	};
}

async function instancesOf({ project, installId }: HostConnection, image: string): Promise<Map<string, string>> {
	const host = rootHost(project, installId);
	const all = await host.api.request({ method: "GET", path: "/1.0/instances?recursion=1" });
	host.api.transport.close();
	const boxes = (all as { name: string; status: string }[]).filter(({ name }) => name !== sealedInstanceName(image));
	return new Map(boxes.map(({ name, status }) => [name, status]));
}

/** From the cache into the test's project: shares the blocks, takes a fifth of a second. */
async function copySealedImage(host: IncusHost, image: string): Promise<void> {
	const name = sealedInstanceName(image);
	await host.api.run({
		method: "POST",
		path: "/1.0/instances",
		json: {
			name,
			profiles: [testMachine.profile],
			source: { type: "copy", source: name, project: testMachine.cacheProject, instance_only: true },
			config: { [labelKeys.install]: host.installId },
		},
		timeoutMs: 60_000,
	});
	const copy = await findInstance(host, { name });
	if (copy?.config[labelKeys.image] !== image) throw new Error(`The copy of ${image} is not a sealed image`);
	host.api.transport.close();
}

async function openHttps(root: IncusHost, connection: HostConnection): Promise<HostConnection> {
	const port = await withMachineLock(() => ensureHttpsAddress(root));
	const server = await serverOf(root);
	const client = await makeCertificate(connection.project);
	await root.api.request({
		method: "POST",
		path: "/1.0/certificates",
		json: {
			type: "client",
			name: connection.project,
			certificate: new X509Certificate(client.certificate).raw.toString("base64"),
			restricted: true,
			projects: [connection.project],
		},
	});
	return {
		...connection,
		endpoint: `https://127.0.0.1:${port}`,
		tls: { ...client, serverCertificate: server.environment.certificate },
	};
}

async function serverOf(root: IncusHost): Promise<Server> {
	return (await root.api.request({ method: "GET", path: "/1.0" })) as Server;
}

/** The engine's own https port where it has one; otherwise a free one on loopback, remembered as ours. */
async function ensureHttpsAddress(root: IncusHost): Promise<number> {
	const current = (await serverOf(root)).config?.["core.https_address"];
	if (current) return Number(/:(\d+)$/.exec(current)?.[1] ?? 8443);
	const port = await freePort();
	const cache = `/1.0/projects/${testMachine.cacheProject}`;
	const address = `127.0.0.1:${port}`;
	// LXD 5.0 takes a PATCH's config for the whole of it, and what is missing for a change of features.
	const { config } = (await root.api.request({ method: "GET", path: cache })) as { config: Record<string, string> };
	const json = { config: { ...config, [testMachine.httpsKey]: address } };
	await root.api.request({ method: "PATCH", path: cache, json });
	await root.api.request({ method: "PATCH", path: "/1.0", json: { config: { "core.https_address": address } } });
	return port;
}

async function freePort(): Promise<number> {
	const server = net.createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === "string") throw new Error("No free port on loopback");
	return address.port;
}

async function makeCertificate(name: string): Promise<{ certificate: string; key: string }> {
	const directory = await mkdtemp(path.join(tmpdir(), "devbox-test-tls-"));
	try {
		const key = path.join(directory, "client.key");
		const certificate = path.join(directory, "client.crt");
		const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
		const args = [
			"req",
			"-x509",
			...curve,
			"-nodes",
			"-keyout",
			key,
			"-out",
			certificate,
			"-days",
			"2",
			"-subj",
			`/CN=${name}`,
		];
		await promisify(execFile)("openssl", args, { timeout: 30_000 });
		return { certificate: await readFile(certificate, "utf8"), key: await readFile(key, "utf8") };
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}
