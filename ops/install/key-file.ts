/** The file of key-encryption keys, changed while the product runs: its processes see the change at their next use of a key. */
import { existsSync } from "node:fs";
import { chown, readFile, rename, stat, writeFile } from "node:fs/promises";
import { AppError } from "../../lib/domain/errors.ts";
import { newKeyLine, parseKeyRing } from "../../lib/vault/key-ring.ts";

/** Throws AppError where the keys are given by the environment, or there is no file yet. */
export async function readKeyFile(file: string): Promise<string> {
	if (process.env.DEVBOX_KEY_ENCRYPTION_KEY?.trim())
		throw new AppError({
			code: "conflict",
			message:
				"The keys are given by DEVBOX_KEY_ENCRYPTION_KEY, which no command can change. Add a line with a higher version there, on every machine, and restart.",
		});
	if (!existsSync(file))
		throw new AppError({ code: "not_found", message: `There is no key file ${file}. npm start makes the first key.` });
	return readFile(file, "utf8");
}

/** Adds a fresh key, which new values are sealed with from then on. Answers its version. */
export async function addKey(file: string): Promise<number> {
	const text = await readKeyFile(file);
	const version = (parseKeyRing(text, file).current?.version ?? 0) + 1;
	await replaceKeyFile(file, `${text.trimEnd()}\n${newKeyLine(version)}`);
	return version;
}

/** Takes the key of this version out. */
export async function removeKey(file: string, version: number): Promise<void> {
	const lines = (await readKeyFile(file)).split(/[\n,]/).map((line) => line.trim());
	const kept = lines.filter((line) => line !== "" && !line.startsWith(`${version}:`));
	await replaceKeyFile(file, `${kept.join("\n")}\n`);
}

/** At once or not at all, readable by its owner alone, who stays the same. */
async function replaceKeyFile(file: string, text: string): Promise<void> {
	const { uid, gid } = await stat(file);
	const next = `${file}.next`;
	parseKeyRing(text, file);
	await writeFile(next, text, { mode: 0o600, flush: true });
	await chown(next, uid, gid);
	await rename(next, file);
}
