/** The second half of a split image: a tar archive with the one file `metadata.yaml`, which tells the engine what the rootfs is. */

const blockBytes = 512;

export function metadataTar(o: { description: string; serial: string; createdAt: Date; architecture: string }): Buffer {
	const yaml = Buffer.from(
		[
			`architecture: ${o.architecture}`,
			`creation_date: ${Math.floor(o.createdAt.getTime() / 1000)}`,
			"properties:",
			`  description: ${JSON.stringify(o.description)}`,
			`  serial: ${JSON.stringify(o.serial)}`,
			"",
		].join("\n"),
	);
	const padding = Buffer.alloc((blockBytes - (yaml.length % blockBytes)) % blockBytes);
	return Buffer.concat([
		header("metadata.yaml", yaml.length, o.createdAt),
		yaml,
		padding,
		Buffer.alloc(2 * blockBytes),
	]);
}

/** One POSIX ustar header: numbers are octal text, the checksum counts its own field as spaces. */
function header(name: string, size: number, modifiedAt: Date): Buffer {
	const block = Buffer.alloc(blockBytes);
	const octal = (value: number, offset: number, width: number): void => {
		block.write(value.toString(8).padStart(width - 1, "0"), offset, "latin1");
	};
	block.write(name, 0, "latin1");
	octal(0o644, 100, 8);
	octal(0, 108, 8);
	octal(0, 116, 8);
	octal(size, 124, 12);
	octal(Math.floor(modifiedAt.getTime() / 1000), 136, 12);
	block.write("        ", 148, "latin1");
	block.write("0", 156, "latin1");
	block.write("ustar\u000000", 257, "latin1");
	const sum = block.reduce((total, byte) => total + byte, 0);
	block.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148, "latin1");
	return block;
}

/** The engine's word for this machine's processor. */
export function engineArchitecture(arch: string = process.arch): string {
	const names: Record<string, string> = { x64: "x86_64", arm64: "aarch64" };
	return names[arch] ?? arch;
}
