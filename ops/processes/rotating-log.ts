/** A log file that cannot fill the disk: past its size it is set aside, and the oldest is dropped. */
import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

export type RotatingLog = { write(chunk: Buffer | string): void; close(): void };

const defaults = { bytesMax: 16 * 1024 * 1024, keptFiles: 3 };

/** `file`, then `file.1` (newest) to `file.<keptFiles>`. Only its owner reads them. */
export function openRotatingLog(file: string, o: { bytesMax?: number; keptFiles?: number } = {}): RotatingLog {
	const { bytesMax, keptFiles } = { ...defaults, ...o };
	let fd = openSync(file, "a", 0o600);
	let bytes = fstatSync(fd).size;
	const rotate = () => {
		closeSync(fd);
		rmSync(`${file}.${keptFiles}`, { force: true });
		for (let n = keptFiles - 1; n >= 1; n--) renameIfThere(`${file}.${n}`, `${file}.${n + 1}`);
		renameIfThere(file, `${file}.1`);
		fd = openSync(file, "a", 0o600);
		bytes = 0;
	};
	return {
		write(chunk) {
			if (bytes >= bytesMax) rotate();
			bytes += writeSync(fd, typeof chunk === "string" ? Buffer.from(chunk) : chunk);
		},
		close: () => closeSync(fd),
	};
}

function renameIfThere(from: string, to: string): void {
	try {
		renameSync(from, to);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
}
