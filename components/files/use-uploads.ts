"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLeaveWarning } from "../layout/use-leave-warning.ts";
import type { DroppedFile } from "./dropped-files.ts";
import { joinPath } from "./file-paths.ts";
import { fileKeys } from "./file-queries.ts";
import { type UploadError, uploadFile } from "./upload-file.ts";

export type Upload = {
	key: number;
	name: string;
	directory: string;
	file: File;
	fraction: number;
	status: "waiting" | "running" | "done" | "exists" | "failed";
	message: string;
};

/** A few at a time: more share one connection into the box and only make each slower. */
const atOnce = 3;

export type Uploads = ReturnType<typeof useUploads>;

export const isUnderWay = ({ status }: Upload) => status === "running" || status === "waiting";

/** The whole page of the box is rendered with each step: a hundred per file are enough. */
function perPercent(onStep: (fraction: number) => void): (fraction: number) => void {
	let last = 0;
	return (exact) => {
		const fraction = Math.floor(exact * 100) / 100;
		if (fraction !== last) onStep(fraction);
		last = fraction;
	};
}

/** Uploads of this page; leaving the page ends those under way, and the box keeps only whole files. */
export function useUploads(id: string) {
	const client = useQueryClient();
	const [uploads, setUploads] = useState<Upload[]>([]);
	const aborts = useRef(new Map<number, AbortController>());
	const nextKey = useRef(1);

	const change = (key: number, patch: Partial<Upload>) =>
		setUploads((all) => all.map((upload) => (upload.key === key ? { ...upload, ...patch } : upload)));

	async function run(upload: Upload, overwrite: boolean): Promise<void> {
		const abort = new AbortController();
		aborts.current.set(upload.key, abort);
		change(upload.key, { status: "running", fraction: 0, message: "" });
		try {
			await uploadFile({
				id,
				path: joinPath(upload.directory, upload.name),
				file: upload.file,
				overwrite,
				signal: abort.signal,
				onProgress: perPercent((fraction) => change(upload.key, { fraction })),
			});
			change(upload.key, { status: "done", fraction: 1 });
			void client.invalidateQueries({ queryKey: fileKeys.all(id) });
		} catch (error) {
			const { code, message } = error as UploadError;
			change(upload.key, { status: code === "conflict" && !overwrite ? "exists" : "failed", message });
		} finally {
			aborts.current.delete(upload.key);
		}
	}

	useLeaveWarning(uploads.some(isUnderWay));

	// One starts whenever a place is free.
	useEffect(() => {
		const running = uploads.filter(({ status }) => status === "running").length;
		const next = uploads.find(({ status }) => status === "waiting");
		if (next && running < atOnce) void run(next, false);
	});

	useEffect(() => {
		const held = aborts.current;
		return () => {
			for (const abort of held.values()) abort.abort();
		};
	}, []);

	return {
		uploads,
		add(directory: string, files: readonly DroppedFile[]) {
			const added = files.map(({ name, file }) => ({
				key: nextKey.current++,
				name,
				directory,
				file,
				fraction: 0,
				status: "waiting" as const,
				message: "",
			}));
			setUploads((all) => [...all, ...added]);
		},
		replace: (upload: Upload) => void run(upload, true),
		/** Ends one that runs, forgets one that does not. */
		drop(key: number) {
			aborts.current.get(key)?.abort();
			setUploads((all) => all.filter((upload) => upload.key !== key));
		},
		clear: () => setUploads((all) => all.filter(isUnderWay)),
	};
}
