import type { BoxLink } from "../../domain/box-link.ts";
import { uploadPattern } from "../../domain/upload-path.ts";
import { runInBox } from "./box-script.ts";

const everyMs = 60 * 60_000;
const foldersMax = 256;
const sweptAt = new WeakMap<BoxLink, Map<string, number>>();

// By the time of the last change, which an archive cannot set; an upload under way changes all the time.
const script = `
cd -- "$DEVBOX_FOLDER" || exit 0
for upload in ${uploadPattern}; do
	[ -n "$(find "$upload" -maxdepth 0 ! -newerct "$DEVBOX_BEFORE" 2>/dev/null)" ] || continue
	find "$upload" -type d ! -perm -700 -exec chmod u+rwx {} \\;
	rm -rf --one-file-system -- "$upload"
done`;

/** Removes what uploads into this directory left behind when we were killed, a day after. Looks at most once an hour. */
export async function sweepUploads(link: BoxLink, folder: string): Promise<void> {
	const folders = sweptAt.get(link) ?? new Map<string, number>();
	sweptAt.set(link, folders);
	const now = Date.now();
	if (now - (folders.get(folder) ?? 0) < everyMs) return;
	if (folders.size >= foldersMax) folders.clear();
	folders.set(folder, now);
	await removeUploads(link, { folder, before: "1 day ago" });
}

/** `before` is a time as `find -newerct` reads it. */
export async function removeUploads(link: BoxLink, o: { folder: string; before: string }): Promise<void> {
	const env = { DEVBOX_FOLDER: o.folder, DEVBOX_BEFORE: o.before };
	await runInBox(link, { what: "Old uploads were not removed", script, env, timeoutMs: 60_000 });
}
