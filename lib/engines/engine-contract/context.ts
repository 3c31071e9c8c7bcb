/** What the parts of the contract share: the engine under test, its boxes, and how bytes and errors are looked at. */
import { createHash, randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { expect } from "vitest";
import type { Engine, EngineErrorCode, InstanceSource } from "../engine.ts";

export type ContractEngine = {
	engine: Engine;
	installId: string;
	/** An image that is on the host. */
	image: string;
	/** The same kind of engine at an endpoint where nothing answers. */
	unreachable: Engine;
	close(): Promise<void>;
};

export const limits = { vcpus: 1, memoryMib: 512, diskGib: 2 };
export const testTimeoutMs = 120_000;

export type Context = ContractEngine & {
	/** A new name, and a create of that box. */
	box(source?: InstanceSource): Promise<{ name: string; labels: { installId: string; devboxId: string } }>;
};

export function newName(): string {
	return `dbx-${randomBytes(6).toString("hex")}`;
}

export async function makeBox(opened: ContractEngine, source?: InstanceSource): ReturnType<Context["box"]> {
	const name = newName();
	const labels = { installId: opened.installId, devboxId: name.replace("-", "_") };
	await opened.engine.create({ name, labels, source: source ?? { kind: "image", image: opened.image }, limits });
	return { name, labels };
}

export async function runningBox(context: Context): Promise<string> {
	const { name } = await context.box();
	await context.engine.start({ name });
	return name;
}

export async function expectCode(promise: Promise<unknown>, code: EngineErrorCode): Promise<void> {
	await expect(promise).rejects.toMatchObject({ name: expect.stringMatching(/EngineError|InstanceBusyError/), code });
}

export async function text(stream: Readable): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

export async function digestOf(stream: Readable): Promise<{ bytes: number; sha256: string }> {
	const hash = createHash("sha256");
	let bytes = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		hash.update(chunk);
	}
	return { bytes, sha256: hash.digest("hex") };
}

export function sha256(bytes: Buffer): string {
	return createHash("sha256").update(bytes).digest("hex");
}
