/**
 * A file appears under its name only when whole: it arrives under a hidden name beside its target, goes to the disk, gets its mode,
 * and takes the name by one rename. What is cut on the way is removed; what a killed gateway leaves is swept a day later.
 */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { UploadedFileResponse } from "../../contract/files.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxUser } from "../../domain/box-link.ts";
import { joinPath, octalMode, parentOf } from "../../domain/box-path.ts";
import { newUploadName } from "../../domain/upload-path.ts";
import type { BoxDeps } from "../deps.ts";
import { bodyChunks } from "./body-chunks.ts";
import { about, conflict, diskFull, invalidAt, isCode, shown } from "./file-errors.ts";
import { type FileSession, withFileSession } from "./file-session.ts";
import { type IdleDeadline, openIdleDeadline, reasonOf } from "./idle-deadline.ts";
import { makeDirectories } from "./make-directory.ts";
import { sweepUploads } from "./sweep-uploads.ts";

type Flag = "true" | "false";

export type UploadFileInput = {
	params: { id: string };
	query: { path: string; mode?: string; overwrite: Flag; parents: Flag; sha256?: string; user: BoxUser };
	body: Readable;
	/** Ends the upload: the credential was revoked, the server closes. */
	signal: AbortSignal;
	/** How long nothing may come; 60 s unless told. */
	idleMs?: number;
};

const modeInitially = 0o644;

export function uploadFile(deps: BoxDeps, actor: Actor, o: UploadFileInput): Promise<UploadedFileResponse> {
	const { query } = o;
	return withFileSession(deps, actor, {
		id: o.params.id,
		user: query.user,
		signal: o.signal,
		async work(session) {
			const target = await findTarget(session, {
				path: session.resolve(query.path),
				isNew: query.overwrite === "false",
			});
			const folder = parentOf(target.path);
			if (query.parents === "true") await makeDirectories(session.files, folder);
			// What cannot be swept now is looked at again in an hour.
			sweepUploads(session.link, folder).catch(() => undefined);
			const mode = query.mode === undefined ? target.mode : Number.parseInt(query.mode, 8);
			const deadline = openIdleDeadline(o);
			const part = joinPath(folder, newUploadName());
			try {
				const { sizeBytes, sha256 } = await receive(session, { ...o, part, mode, deadline });
				checkSum(query.sha256, sha256);
				await takeName(session, { part, path: target.path, isNew: query.overwrite === "false" });
				return { path: target.path, size_bytes: sizeBytes, mode: octalMode(mode), sha256 };
			} catch (error) {
				// Where it cannot be removed now, the sweep will.
				await session.files.removeFile(part).catch(() => undefined);
				throw reasonOf(deadline.signal, error);
			} finally {
				deadline.close();
			}
		},
	});
}

type Target = { path: string; mode: number };

/** The file itself where a symlink leads to one: the link stays, as an editor would leave it. */
async function findTarget({ files }: FileSession, o: { path: string; isNew: boolean }): Promise<Target> {
	if (o.path === "/") throw conflict("/ is a directory: name a file in it.");
	const found = await files.follow(o.path).catch((error) => {
		if (isCode(error, "not_found")) return null;
		throw about(o.path, error);
	});
	if (found === null) return { path: o.path, mode: modeInitially };
	if (found.kind === "directory") throw conflict(`${shown(o.path)} is a directory: name a file in it.`);
	if (found.kind !== "file") throw conflict(`${shown(o.path)} is a device, a pipe or a socket, and no file.`);
	if (o.isNew) throw conflict(`${shown(o.path)} is there already. Replace it with overwrite=true.`);
	return { path: await files.realPath(o.path), mode: found.mode };
}

type Received = { sizeBytes: number; sha256: string };

async function receive(
	{ files }: FileSession,
	o: { body: Readable; part: string; mode: number; deadline: IdleDeadline },
): Promise<Received> {
	const hash = createHash("sha256");
	let sizeBytes = 0;
	async function* measured(source: AsyncIterable<Buffer>) {
		for await (const chunk of source) {
			hash.update(chunk);
			sizeBytes += chunk.length;
			o.deadline.touch();
			yield chunk;
		}
	}
	const part = files.write({ path: o.part, mode: o.mode, isNew: true, isSynced: true });
	try {
		await pipeline(measured(bodyChunks(o.body, o.deadline.signal)), part, { signal: o.deadline.signal });
	} catch (error) {
		throw whyNotWritten(o.part, sizeBytes, error);
	}
	return { sizeBytes, sha256: hash.digest("hex") };
}

function whyNotWritten(part: string, sizeBytes: number, error: unknown): unknown {
	const folder = parentOf(part);
	if (isCode(error, "not_found"))
		return conflict(`The directory ${shown(folder)} is not there. Make it with parents=true.`, error);
	// The name is fresh, so what the box could not do is to keep the bytes.
	if (isCode(error, "conflict")) return diskFull(`The file was not taken after ${sizeBytes} bytes`);
	return about(folder, error);
}

function checkSum(wanted: string | undefined, got: string): void {
	if (wanted === undefined || wanted.toLowerCase() === got) return;
	throw invalidAt(
		["query", "sha256"],
		`What arrived has the SHA-256 ${got}, not the one that was told. Nothing was kept.`,
	);
}

async function takeName({ files }: FileSession, o: { part: string; path: string; isNew: boolean }): Promise<void> {
	try {
		await files.rename({ from: o.part, to: o.path, keepExisting: o.isNew });
	} catch (error) {
		if (isCode(error, "conflict"))
			throw conflict(
				`Something else has taken the name ${shown(o.path)} meanwhile. Look at it, then try again.`,
				error,
			);
		throw about(o.path, error);
	}
}
