/** Files of a drop, those in dropped directories included, each with its path below the drop. */

export type DroppedFile = { name: string; file: File };

const filesMax = 2_000;

/** Must be called in the drop's own handler, since the browser empties the list afterwards. Throws past 2,000 files. */
export async function droppedFiles(transfer: DataTransfer): Promise<DroppedFile[]> {
	const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
	// Not every source of a drop gives entries; files alone it always gives.
	if (entries.length === 0) return [...transfer.files].map((file) => ({ name: file.name, file }));
	const found: DroppedFile[] = [];
	for (const entry of entries) await collect(entry, "", found);
	return found;
}

async function collect(entry: FileSystemEntry, below: string, found: DroppedFile[]): Promise<void> {
	const name = below + entry.name;
	if (entry.isFile) {
		if (found.length >= filesMax) throw new Error(`A drop takes at most ${filesMax} files. Upload an archive instead.`);
		const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
		found.push({ name, file });
		return;
	}
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	for (;;) {
		// Answers a part at a time, and nothing at the end.
		const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
		if (part.length === 0) return;
		for (const child of part) await collect(child, `${name}/`, found);
	}
}
