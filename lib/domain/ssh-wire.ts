/** Reads SSH's wire format (RFC 4251, section 5). What is read may come from anybody: past its end it throws, and it never copies. */

export class SshWireError extends Error {
	constructor(message: string) {
		super(message);
		this.name = "SshWireError";
	}
}

export class SshReader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#at: number;

	constructor(bytes: Uint8Array, at = 0) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		this.#at = at;
	}

	/** Where the next field begins. */
	get at(): number {
		return this.#at;
	}

	get isAtEnd(): boolean {
		return this.#at >= this.#bytes.length;
	}

	byte(): number {
		return this.#view.getUint8(this.#take(1));
	}

	boolean(): boolean {
		return this.byte() !== 0;
	}

	uint32(): number {
		return this.#view.getUint32(this.#take(4));
	}

	/** A string's bytes: a view into what was given. */
	bytes(): Uint8Array {
		const length = this.uint32();
		const at = this.#take(length);
		return this.#bytes.subarray(at, at + length);
	}

	/** Throws for what is no UTF-8. */
	text(): string {
		try {
			return new TextDecoder("utf-8", { fatal: true }).decode(this.bytes());
		} catch (cause) {
			if (cause instanceof SshWireError) throw cause;
			throw new SshWireError("a text is not UTF-8");
		}
	}

	#take(count: number): number {
		const at = this.#at;
		if (at + count > this.#bytes.length) throw new SshWireError("a message ends too early");
		this.#at = at + count;
		return at;
	}
}
