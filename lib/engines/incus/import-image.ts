/**
 * Import: bring a root file system to the host and turn it into a sealed, stopped instance, of which every box is a copy.
 *
 * The story: upload rootfs and metadata as a split image; make an instance of it; start it once, so that its files get their
 * user ids and its first boot is behind it; wait for its systemd; seal it; kill it; label it. The label is written last, so what a
 * killed import leaves is recognised by its absence, and removed by the next. One import of an image at a time per host.
 */
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { EngineError } from "../engine.ts";
import { destroyInstance } from "./destroy-instance.ts";
import { openExec } from "./exec-stream.ts";
import { isEngineError } from "./incus-errors.ts";
import { findInstance, type IncusHost, pause, setConfig } from "./incus-host.ts";
import { startInstance, stopInstance } from "./instance-power.ts";
import { labelKeys } from "./instance-view.ts";
import { engineArchitecture, metadataTar } from "./metadata-tar.ts";
import { sealedInstanceName, sealScript } from "./sealed-image.ts";

type ImportInput = {
	image: string;
	rootfsPath: string;
	onProgress?: (fraction: number, phrase: string) => void;
	signal?: AbortSignal;
};

/** 2 GB to a slow disk, twice (spooled, then unpacked). */
const uploadTimeoutMs = 15 * 60_000;
const unpackTimeoutMs = 10 * 60_000;
const bootTimeoutMs = 120_000;
const cleanUpTimeoutMs = 120_000;

/** What is done when each phase ends, as parts of the whole. */
const doneAfter = { upload: 0.5, unpack: 0.75, boot: 0.9 } as const;

export async function importImage(host: IncusHost, o: ImportInput): Promise<void> {
	const name = sealedInstanceName(o.image);
	const progress = o.onProgress ?? (() => undefined);
	if (await isSealed(host, { name, image: o.image, signal: o.signal })) return progress(1, "present");
	await removeHalfMade(host, { name, image: o.image, signal: o.signal });
	try {
		const fingerprint = await upload(host, o, (part) => progress(part * doneAfter.upload, "uploading"));
		progress(doneAfter.upload, "unpacking");
		await makeInstance(host, { name, fingerprint, image: o.image, signal: o.signal });
		await deleteImage(host, { fingerprint, signal: o.signal });
		progress(doneAfter.unpack, "first boot");
		await startInstance(host, { name, signal: o.signal });
		await waitForSystemd(host, { name, signal: o.signal });
		progress(doneAfter.boot, "sealing");
		const sealed = await runInside(host, { name, command: ["sh", "-c", sealScript], signal: o.signal });
		if (sealed.code !== 0) throw new EngineError("invalid", `Sealing ${o.image} failed: ${sealed.output}`);
		await stopInstance(host, { name, graceMs: 0, signal: o.signal });
		await setConfig(host, { name, config: { [labelKeys.image]: o.image }, signal: o.signal });
		progress(1, "ready");
	} catch (error) {
		await cleanUp(host, { name, image: o.image }, error);
		throw error;
	}
}

type ImageRef = { name: string; image: string; signal?: AbortSignal | undefined };

async function isSealed(host: IncusHost, o: ImageRef): Promise<boolean> {
	const instance = await findInstance(host, o);
	return instance !== null && instance.config[labelKeys.image] === o.image;
}

async function removeHalfMade(host: IncusHost, o: ImageRef): Promise<void> {
	await destroyInstance(host, { name: o.name, ...(o.signal ? { signal: o.signal } : {}) });
	const images = await host.api.request({ method: "GET", path: "/1.0/images?recursion=1", signal: o.signal });
	if (!Array.isArray(images)) throw new EngineError("unavailable", "The engine's answer is no list of images");
	for (const image of images as { fingerprint: string; properties?: Record<string, string> }[]) {
		if (image.properties?.description !== descriptionOf(host, o.image)) continue;
		await deleteImage(host, { fingerprint: image.fingerprint, signal: o.signal });
	}
}

/** Names install and reference, so that what a killed upload left in the engine's image store is known as ours. */
function descriptionOf(host: IncusHost, image: string): string {
	return `devbox ${host.installId} ${image}`;
}

async function cleanUp(host: IncusHost, o: ImageRef, reason: unknown): Promise<void> {
	try {
		await removeHalfMade(host, { ...o, signal: AbortSignal.timeout(cleanUpTimeoutMs) });
	} catch (error) {
		// The next import removes it; what must reach the caller is why this one failed.
		const first = reason instanceof EngineError ? reason : new EngineError("unavailable", String(reason), reason);
		throw new EngineError(first.code, `${first.message} (and cleaning up failed: ${String(error)})`, reason);
	}
}

async function upload(host: IncusHost, o: ImportInput, onPart: (part: number) => void): Promise<string> {
	const { size } = await stat(o.rootfsPath);
	const boundary = `devbox-${randomUUID()}`;
	const metadata = metadataTar({
		description: descriptionOf(host, o.image),
		// Makes the fingerprint ours alone: the same rootfs may be in the store already, as somebody else's image.
		serial: randomUUID(),
		createdAt: new Date(),
		architecture: engineArchitecture(),
	});
	const head = Buffer.concat([
		Buffer.from(partHeader(boundary, "metadata")),
		metadata,
		Buffer.from(`\r\n${partHeader(boundary, "rootfs")}`),
	]);
	const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
	const operation = await host.api.run({
		method: "POST",
		path: "/1.0/images",
		body: {
			stream: () => Readable.from(concat(head, createReadStream(o.rootfsPath).pipe(counting(size, onPart)), tail)),
			length: head.length + size + tail.length,
			headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
		},
		timeoutMs: uploadTimeoutMs,
		signal: o.signal,
	});
	const fingerprint = operation.metadata?.fingerprint;
	if (typeof fingerprint !== "string")
		throw new EngineError("unavailable", "The engine named no image after the upload");
	return fingerprint;
}

function partHeader(boundary: string, name: string): string {
	return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
}

async function* concat(head: Buffer, body: Readable, tail: Buffer): AsyncGenerator<Buffer> {
	yield head;
	yield* body as AsyncIterable<Buffer>;
	yield tail;
}

function counting(total: number, onPart: (part: number) => void): Transform {
	let count = 0;
	let told = 0;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			count += chunk.length;
			const part = total === 0 ? 1 : count / total;
			if (part - told >= 0.01) {
				told = part;
				onPart(part);
			}
			done(null, chunk);
		},
	});
}

async function makeInstance(host: IncusHost, o: ImageRef & { fingerprint: string }): Promise<void> {
	await host.api.run({
		method: "POST",
		path: "/1.0/instances",
		json: {
			name: o.name,
			type: "container",
			profiles: [host.profile],
			source: { type: "image", fingerprint: o.fingerprint },
			config: { [labelKeys.install]: host.installId, "boot.autostart": "false" },
		},
		timeoutMs: unpackTimeoutMs,
		signal: o.signal,
	});
}

async function deleteImage(
	host: IncusHost,
	o: { fingerprint: string; signal?: AbortSignal | undefined },
): Promise<void> {
	try {
		await host.api.run({
			method: "DELETE",
			path: `/1.0/images/${o.fingerprint}`,
			timeoutMs: cleanUpTimeoutMs,
			signal: o.signal,
		});
	} catch (error) {
		if (!isEngineError(error, "not_found")) throw error;
	}
}

const bootPollMs = 200;

async function waitForSystemd(host: IncusHost, o: { name: string; signal?: AbortSignal | undefined }): Promise<void> {
	const endsAt = Date.now() + bootTimeoutMs;
	let last = "no answer";
	while (Date.now() < endsAt) {
		const answer = await runInside(host, { ...o, command: ["systemctl", "is-system-running", "--wait"] });
		last = answer.output.trim();
		// Degraded: some unit failed, as it may in a container; the system has booted all the same.
		if (last.includes("running") || last.includes("degraded")) return;
		await pause(bootPollMs, o);
	}
	throw new EngineError("invalid", `The image's systemd did not come up within ${bootTimeoutMs} ms: ${last}`);
}

const outputMaxBytes = 16 * 1024;

async function runInside(
	host: IncusHost,
	o: { name: string; command: string[]; signal?: AbortSignal | undefined },
): Promise<{ code: number | null; output: string }> {
	const deadline = AbortSignal.timeout(bootTimeoutMs);
	const stream = await openExec(host.api, {
		...o,
		signal: o.signal ? AbortSignal.any([o.signal, deadline]) : deadline,
	});
	const kill = (): void => stream.kill();
	deadline.addEventListener("abort", kill, { once: true });
	o.signal?.addEventListener("abort", kill, { once: true });
	stream.stdio.end();
	const [stdout, stderr] = await Promise.all([collect(stream.stdio), collect(stream.stderr)]);
	deadline.removeEventListener("abort", kill);
	o.signal?.removeEventListener("abort", kill);
	return { code: (await stream.exit).code, output: (stdout + stderr).slice(-outputMaxBytes) };
}

async function collect(stream: Readable): Promise<string> {
	let text = "";
	for await (const chunk of stream as AsyncIterable<Buffer>) text = (text + chunk.toString()).slice(-outputMaxBytes);
	return text;
}
