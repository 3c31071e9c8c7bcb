/** The operator's certificate and key (often root's alone) are copied to where the gateway may read them, again when they are renewed. */

import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createSecureContext } from "node:tls";
import { AppError } from "../../lib/domain/errors.ts";
import { dataFolder, giveTo } from "../install/data-folders.ts";
import { type Install, replaceFile } from "../install/install.ts";
import type { SystemUser } from "../install/system-users.ts";

export type TlsFiles = { certFile: string; keyFile: string };

const lookEveryMs = 60_000;

/** Answers the copies. @throws AppError `invalid` for files that are missing or no pair. */
export async function copyTlsFiles(o: { install: Install; user: SystemUser | null; tls: TlsFiles }): Promise<TlsFiles> {
	const [cert, key] = await Promise.all([readPem(o.tls.certFile), readPem(o.tls.keyFile)]);
	try {
		createSecureContext({ cert, key });
	} catch (error) {
		const message = `${o.tls.certFile} and ${o.tls.keyFile} are no certificate with its key: ${(error as Error).message}`;
		throw new AppError({ code: "invalid", message, cause: error });
	}
	const folder = dataFolder(o.install, "tls");
	const copies = { certFile: path.join(folder, "cert.pem"), keyFile: path.join(folder, "key.pem") };
	for (const [file, text] of [
		[copies.certFile, cert],
		[copies.keyFile, key],
	] as const) {
		await replaceFile(file, text, 0o400);
		await giveTo(file, o.user, 0o400);
	}
	return copies;
}

/** Calls `onRenewed` after either file changed. Answers the end of it. */
export function watchTlsFiles(tls: TlsFiles, onRenewed: () => void): () => void {
	const files = [tls.certFile, tls.keyFile];
	const look = (now: { mtimeMs: number }, before: { mtimeMs: number }) => {
		if (now.mtimeMs !== before.mtimeMs && now.mtimeMs !== 0) onRenewed();
	};
	for (const file of files) watchFile(file, { interval: lookEveryMs, persistent: false }, look);
	return () => {
		for (const file of files) unwatchFile(file, look);
	};
}

async function readPem(file: string): Promise<string> {
	return readFile(file, "utf8").catch((error: Error) => {
		throw new AppError({ code: "invalid", message: `Cannot read ${file}: ${error.message}`, cause: error });
	});
}
