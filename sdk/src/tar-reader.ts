/** A tar stream, entry by entry. Nothing is kept whole but headers, which are bounded. */
import { decodePax, decodeTarBlock, type TarEntry, tarBlockBytes } from "./tar-header.ts";

export type TarMember = TarEntry & {
	/** The entry's bytes; what is not read is skipped. */
	body: AsyncGenerator<Uint8Array>;
};

/** Of names and attributes of one entry. */
const extendedHeaderBytesMax = 1024 * 1024;

/** Throws for what is no tar archive, and for one that ends in the middle of an entry. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
	const input = createByteReader(source);
	try {
		yield* readMembers(input);
	} finally {
		await input.end();
	}
}

async function* readMembers(input: ByteReader): AsyncGenerator<TarMember> {
	let extended: Partial<TarEntry> = {};
	for (;;) {
		const block = await input.take(tarBlockBytes);
		if (!block) return;
		const entry = decodeTarBlock(block);
		if (!entry) {
			// Two blocks of zeros are the end; what follows is padding, read so that the connection ends well.
			await input.drain();
			return;
		}
		const { type, ...plain } = entry;
		if (type === "x" || type === "g" || type === "L" || type === "K") {
			const record = decodeExtended(type, await takeExtended(input, plain.sizeBytes));
			if (type !== "g") extended = { ...extended, ...record };
			continue;
		}
		const whole: TarEntry = { ...plain, ...extended };
		extended = {};
		if (whole.kind !== "file") whole.sizeBytes = plain.sizeBytes;
		const body = readBody(input, whole.sizeBytes);
		yield { ...whole, body };
		// Leaving it early skips the rest.
		for await (const _ of body);
		await input.skip(paddingOf(whole.sizeBytes));
	}
}

function paddingOf(sizeBytes: number): number {
	return (tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes;
}

async function* readBody(input: ByteReader, sizeBytes: number): AsyncGenerator<Uint8Array> {
	let leftBytes = sizeBytes;
	try {
		while (leftBytes > 0) {
			const chunk = await input.takeUpTo(leftBytes);
			leftBytes -= chunk.length;
			yield chunk;
		}
	} finally {
		if (leftBytes > 0) await input.skip(leftBytes);
	}
}

async function takeExtended(input: ByteReader, sizeBytes: number): Promise<Uint8Array> {
	if (sizeBytes > extendedHeaderBytesMax) throw new Error("the archive has an extended header without bounds");
	const body = sizeBytes ? await input.take(sizeBytes) : new Uint8Array();
	await input.skip(paddingOf(sizeBytes));
	return body ?? new Uint8Array();
}

function decodeExtended(type: string, body: Uint8Array): Partial<TarEntry> {
	const text = () => new TextDecoder().decode(body).replace(/\0.*$/s, "");
	if (type === "L") return { name: text() };
	if (type === "K") return { target: text() };
	const records = decodePax(body);
	const sizeBytes = Number(records.size);
	return {
		...(records.path === undefined ? {} : { name: records.path }),
		...(records.linkpath === undefined ? {} : { target: records.linkpath }),
		...(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 ? { sizeBytes } : {}),
	};
}

type ByteReader = ReturnType<typeof createByteReader>;

function createByteReader(source: AsyncIterable<Uint8Array>) {
	const iterator = source[Symbol.asyncIterator]();
	let rest = new Uint8Array();
	let isDone = false;

	/** False at the end. */
	async function fill(): Promise<boolean> {
		while (rest.length === 0 && !isDone) {
			const next = await iterator.next();
			if (next.done) isDone = true;
			else rest = next.value as Uint8Array<ArrayBuffer>;
		}
		return rest.length > 0;
	}

	async function takeUpTo(bytesMax: number): Promise<Uint8Array> {
		if (!(await fill())) throw new Error("the archive ends in the middle");
		const chunk = rest.subarray(0, bytesMax);
		rest = rest.subarray(chunk.length);
		return chunk;
	}

	return {
		takeUpTo,
		/** Exactly so many; null at the end of the stream. */
		async take(bytes: number): Promise<Uint8Array | null> {
			if (!(await fill())) return null;
			const taken = new Uint8Array(bytes);
			for (let at = 0; at < bytes; ) {
				const chunk = await takeUpTo(bytes - at);
				taken.set(chunk, at);
				at += chunk.length;
			}
			return taken;
		},
		async skip(bytes: number): Promise<void> {
			for (let left = bytes; left > 0; ) left -= (await takeUpTo(left)).length;
		},
		async drain(): Promise<void> {
			while (await fill()) rest = new Uint8Array();
		},
		async end(): Promise<void> {
			await iterator.return?.();
		},
	};
}
