/**
 * The bytes of a file over SFTP, with several requests under way: one at a time would cost a turn to the box and back for each
 * piece. The window bounds what a transfer holds in memory, and order is kept whatever the order of the answers.
 */
import { Writable } from "node:stream";
import type { SFTPWrapper } from "ssh2";

type Callback<T> = (error: Error | null | undefined, value: T) => void;
type Call = <T>(start: (done: Callback<T>) => void) => Promise<T>;

export type FileSession = {
	sftp: SFTPWrapper;
	/** A question with its deadline; errors come as AppErrors. */
	call: Call;
	/** The same with a deadline for one piece of many. */
	transfer: Call;
	/** Resolves when the link takes more; null when it does at once. */
	roomBelow: () => Promise<void> | null;
};

/** OpenSSH answers up to 256 KiB with its frame. */
export const fileChunkBytes = 255 * 1024;
/** Pieces under way at a time: 4 MiB. Past 8 the measured rate no longer grows; the rest is for a longer way to the host. */
const windowMax = 16;
const endOfFile = 1;

type Piece = { bytes: Buffer; isEnd: boolean };

export async function* readFile(
	session: FileSession,
	o: { path: string; start?: number; end?: number },
): AsyncGenerator<Buffer> {
	const { sftp, call } = session;
	const handle = await call<Buffer>((done) => sftp.open(o.path, "r", done));
	const pieces: Promise<Piece>[] = [];
	try {
		const last = o.end ?? Number.POSITIVE_INFINITY;
		let next = o.start ?? 0;
		// A small file shall not cost a window full of questions past its end.
		let window = 2;
		for (;;) {
			while (pieces.length < window && next <= last) {
				const wanted = Math.min(fileChunkBytes, last - next + 1);
				const piece = readPiece(session, { handle, position: next, wanted });
				// Told when its turn comes; after an earlier error nobody asks.
				piece.catch(() => undefined);
				pieces.push(piece);
				next += wanted;
			}
			const first = pieces.shift();
			if (!first) return;
			const { bytes, isEnd } = await first;
			if (bytes.length > 0) yield bytes;
			if (isEnd) return;
			window = Math.min(windowMax, window * 2);
		}
	} finally {
		await Promise.allSettled(pieces);
		await call<void>((done) => sftp.close(handle, (error) => done(error, undefined)));
	}
}

/** All that was asked for, or up to the end of the file: a server may give less at a time. */
async function readPiece(
	session: FileSession,
	o: { handle: Buffer; position: number; wanted: number },
): Promise<Piece> {
	const buffer = Buffer.allocUnsafe(o.wanted);
	let filled = 0;
	while (filled < o.wanted) {
		const [from, left] = [filled, o.wanted - filled];
		const got = await session.transfer<number>((done) =>
			session.sftp.read(o.handle, buffer, from, left, o.position + from, (error, bytes) =>
				error && (error as { code?: unknown }).code === endOfFile ? done(null, 0) : done(error, Math.min(bytes, left)),
			),
		);
		if (!(got > 0)) return { bytes: buffer.subarray(0, filled), isEnd: true };
		filled += got;
	}
	return { bytes: buffer, isEnd: false };
}

type WriteInput = { path: string; mode?: number; isNew?: boolean; isSynced?: boolean };

export function writeFile(session: FileSession, o: WriteInput): Writable {
	const { sftp, call } = session;
	const opened = call<Buffer>((done) => sftp.open(o.path, o.isNew ? "wx" : "w", { mode: o.mode ?? 0o644 }, done));
	// Reported by the first write, or by the end.
	opened.catch(() => undefined);
	const sender = new PieceSender(session, opened);
	let isClosed = false;
	const close = async () => {
		isClosed = true;
		const handle = await opened;
		await call<void>((done) => sftp.close(handle, (error) => done(error, undefined)));
	};
	const finish = async () => {
		await sender.drain();
		const handle = await opened;
		if (o.mode !== undefined) {
			const { mode } = o;
			await call<void>((done) => sftp.fchmod(handle, mode, (error) => done(error, undefined)));
		}
		if (o.isSynced) await sync(session, handle);
		await close();
	};
	return new Writable({
		highWaterMark: fileChunkBytes,
		write(chunk: Buffer, _encoding, done) {
			sender.take(chunk).then(() => done(), done);
		},
		final(done) {
			finish().then(() => done(), done);
		},
		destroy(error, done) {
			if (isClosed) {
				done(error);
				return;
			}
			// The first error is the one to tell; a session that is gone has closed the file by itself.
			sender
				.settle()
				.then(close)
				.then(
					() => done(error),
					(closeError: Error) => done(error ?? closeError),
				);
		},
	});
}

/** Not every server offers it, and one that does not is content with what it has. */
async function sync({ sftp, transfer }: FileSession, handle: Buffer): Promise<void> {
	await transfer<void>((done) => {
		try {
			sftp.ext_openssh_fsync(handle, (error) => done(error, undefined));
		} catch {
			done(null, undefined);
		}
	});
}

/** Gathers what is written into pieces of a good size and keeps a window of them under way. */
class PieceSender {
	readonly #session: FileSession;
	readonly #opened: Promise<Buffer>;
	readonly #flying = new Set<Promise<void>>();
	#held: Buffer[] = [];
	#heldBytes = 0;
	#position = 0;
	#error: Error | null = null;

	constructor(session: FileSession, opened: Promise<Buffer>) {
		this.#session = session;
		this.#opened = opened;
	}

	/** Resolves when there is room for more. */
	async take(chunk: Buffer): Promise<void> {
		this.#held.push(chunk);
		this.#heldBytes += chunk.length;
		if (this.#heldBytes < fileChunkBytes) return;
		const bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held);
		let sent = 0;
		for (; bytes.length - sent >= fileChunkBytes; sent += fileChunkBytes)
			await this.#send(bytes.subarray(sent, sent + fileChunkBytes));
		this.#held = sent < bytes.length ? [bytes.subarray(sent)] : [];
		this.#heldBytes = bytes.length - sent;
	}

	/** Sends what is held and waits for all answers; throws the first error. */
	async drain(): Promise<void> {
		if (this.#heldBytes > 0) await this.#send(Buffer.concat(this.#held));
		this.#held = [];
		this.#heldBytes = 0;
		await this.settle();
		if (this.#error) throw this.#error;
	}

	async settle(): Promise<void> {
		await Promise.all(this.#flying);
	}

	async #send(bytes: Buffer): Promise<void> {
		const handle = await this.#opened;
		while (this.#flying.size >= windowMax) await Promise.race(this.#flying);
		await this.#session.roomBelow();
		if (this.#error) throw this.#error;
		const position = this.#position;
		this.#position += bytes.length;
		const sent = this.#session
			.transfer<void>((done) =>
				this.#session.sftp.write(handle, bytes, 0, bytes.length, position, (error) => done(error, undefined)),
			)
			.catch((error: Error) => {
				this.#error ??= error;
			})
			.finally(() => this.#flying.delete(sent));
		this.#flying.add(sent);
	}
}
