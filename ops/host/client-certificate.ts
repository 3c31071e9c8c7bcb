/** The client certificate with which gateway and worker reach the engine: restricted there to the install's own project. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { runCommand } from "../../lib/process/run-command.ts";
import { type HostStage, hostNames } from "./host-names.ts";
import { type RootApi, readEngine } from "./root-api.ts";

export type ClientCertificate = { certificatePem: string; keyPem: string };

const lifetimeDays = 3650;
const renewBeforeMs = 30 * 24 * 3600 * 1000;
const trustedSchema = z.object({
	name: z.string(),
	fingerprint: z.string(),
	restricted: z.boolean().optional(),
	projects: z.array(z.string()).nullish(),
});

/** Reads `<engineDir>/client.crt` and `client.key` (0600), or makes them when they are missing, unlike or soon past their end. */
export async function ensureClientCertificate(o: HostStage & { engineDir: string }): Promise<ClientCertificate> {
	const kept = await readKept(o.engineDir);
	if (kept) return kept;
	o.progress("making a client certificate for the engine");
	await mkdir(o.engineDir, { recursive: true, mode: 0o755 });
	for (const name of await readdir(o.engineDir)) {
		if (name.startsWith("new-")) await rm(path.join(o.engineDir, name), { recursive: true, force: true });
	}
	const made = await mkdtemp(path.join(o.engineDir, "new-"));
	const [key, certificate] = [path.join(made, "client.key"), path.join(made, "client.crt")];
	await runCommand({
		command: [
			...(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"] as const),
			...["-keyout", key, "-out", certificate, "-days", String(lifetimeDays)],
			...["-subj", `/O=devbox/CN=${hostNames(o.installId).certificate}`],
		],
		signal: o.signal,
	});
	await chmod(key, 0o600);
	await rename(key, path.join(o.engineDir, "client.key"));
	await rename(certificate, path.join(o.engineDir, "client.crt"));
	await rm(made, { recursive: true, force: true });
	return {
		certificatePem: await readFile(path.join(o.engineDir, "client.crt"), "utf8"),
		keyPem: await readFile(path.join(o.engineDir, "client.key"), "utf8"),
	};
}

/** Null when there is none, when key and certificate are not a pair (a start that was killed between them), or near its end. */
async function readKept(engineDir: string): Promise<ClientCertificate | null> {
	const [certificatePem, keyPem] = await Promise.all(
		["client.crt", "client.key"].map((name) => readFile(path.join(engineDir, name), "utf8").catch(ifMissing)),
	);
	if (!certificatePem || !keyPem) return null;
	try {
		const certificate = new X509Certificate(certificatePem);
		const isPair = certificate.checkPrivateKey(createPrivateKey(keyPem));
		return isPair && certificate.validToDate.getTime() - Date.now() > renewBeforeMs ? { certificatePem, keyPem } : null;
	} catch (error) {
		// A file that is no PEM is made anew; anything else is a fault of ours.
		if (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_OSSL")) return null;
		throw error;
	}
}

/** Has the engine trust it for our project alone, and forget an older one of this install. */
export async function trustClientCertificate(o: HostStage & { root: RootApi; certificatePem: string }): Promise<void> {
	const names = hostNames(o.installId);
	const certificate = new X509Certificate(o.certificatePem);
	const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
	const trusted = await trustedCertificates(o);
	for (const other of trusted.filter((entry) => entry.fingerprint !== fingerprint)) {
		await o.root.global.request({ method: "DELETE", path: `/1.0/certificates/${other.fingerprint}`, signal: o.signal });
	}
	const entry = { name: names.certificate, type: "client", restricted: true, projects: [names.project] };
	const found = trusted.find((candidate) => candidate.fingerprint === fingerprint);
	if (!found) {
		const json = { ...entry, certificate: certificate.raw.toString("base64") };
		await o.root.global.request({ method: "POST", path: "/1.0/certificates", json, signal: o.signal });
	} else if (!found.restricted || found.projects?.join() !== names.project) {
		await o.root.global.request({
			method: "PUT",
			path: `/1.0/certificates/${fingerprint}`,
			json: entry,
			signal: o.signal,
		});
	}
}

/** Every certificate that the engine trusts under this install's name. */
export async function trustedCertificates(
	o: Pick<HostStage, "installId" | "signal"> & { root: RootApi },
): Promise<z.infer<typeof trustedSchema>[]> {
	const all = await readEngine(o.root.global, {
		path: "/1.0/certificates?recursion=1",
		schema: z.array(trustedSchema),
		signal: o.signal,
	});
	return all.filter((entry) => entry.name === hostNames(o.installId).certificate);
}

function ifMissing(error: NodeJS.ErrnoException): null {
	if (error.code === "ENOENT") return null;
	throw error;
}
