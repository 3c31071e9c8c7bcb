/**
 * Files in a running devbox. Paths are absolute or relative to the user's home (`~/`); names and link targets come from the box:
 * show them as text, never as markup or as part of a command.
 */
import { z } from "zod";
import { boxPathProblem, octalMode } from "../domain/box-path.ts";
import { devboxIdParams } from "./devboxes.ts";
import { defineOperations } from "./operation.ts";

/** Metadata of a download, in headers and, where it is known only at the end, in trailers (for a client that sends `TE: trailers`). */
export const fileHeaders = {
	/** Permission bits of the file, octal. */
	mode: "X-File-Mode",
	/** Bytes of the whole file, where `Content-Length` cannot be sent beside a trailer. */
	size: "X-File-Size",
	/** Hex. In a download's trailer: of the bytes that were sent. With an upload: what the body must have. */
	sha256: "X-Content-Sha256",
	/** In an archive's trailer: entries that were left out, since they could not be read or do not belong in an archive. */
	omitted: "X-Archive-Omitted",
} as const;

const timestamp = z.iso.datetime().meta({ description: "ISO 8601, UTC" });

const boxPath = z
	.string()
	.superRefine((path, context) => {
		const problem = boxPathProblem(path);
		if (problem) context.addIssue({ code: "custom", message: problem });
	})
	.meta({
		description:
			"Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked.",
		example: "/home/devbox/notes.txt",
	});

const fileMode = z
	.string()
	.regex(/^[0-7]{3,4}$/, "A mode is three or four octal digits, as 644 or 0755.")
	.meta({ description: "Permission bits, octal", example: octalMode(0o644) });

const sha256 = z
	.string()
	.regex(/^[0-9a-fA-F]{64}$/, "A SHA-256 is 64 hexadecimal digits.")
	.meta({ description: "SHA-256, hexadecimal" });

const fileUser = z
	.enum(["devbox", "root"])
	.default("devbox")
	.meta({ description: "As whom: who may read, and who owns what is made" });

const flag = (description: string, initially: "true" | "false" = "false") =>
	z.enum(["true", "false"]).default(initially).meta({ description });

export const fileKinds = ["file", "directory", "symlink", "other"] as const;

const fileFacts = {
	kind: z.enum(fileKinds),
	size_bytes: z.number(),
	mode: z.string().meta({ description: "Permission bits, four octal digits" }),
	modified_at: timestamp,
	target: z
		.string()
		.nullable()
		.meta({ description: "Where a symlink points, as it is written there; null for all else" }),
	target_kind: z
		.enum(fileKinds)
		.nullable()
		.meta({ description: "What a symlink leads to; null for all else, and when it leads nowhere" }),
};

export const fileEntry = z
	.object({
		name: z.string().meta({ description: "Chosen by whoever made the file. Bytes that are no UTF-8 show as U+FFFD" }),
		...fileFacts,
	})
	.meta({ id: "FileEntry" });
export type FileEntryResponse = z.infer<typeof fileEntry>;

export const fileStat = z
	.object({ path: z.string().meta({ description: "Absolute" }), ...fileFacts })
	.meta({ id: "FileStat" });
export type FileStatResponse = z.infer<typeof fileStat>;

export const fileListResponse = z
	.object({
		path: z.string().meta({ description: "Absolute" }),
		entries: z.array(fileEntry).meta({ description: "By name; at most 10,000" }),
		is_truncated: z.boolean().meta({ description: "There are more entries than these" }),
	})
	.meta({ id: "FileList" });
export type FileListResponse = z.infer<typeof fileListResponse>;

export const uploadedFileResponse = z
	.object({
		path: z.string().meta({ description: "Absolute" }),
		size_bytes: z.number(),
		mode: z.string().meta({ description: "Permission bits, four octal digits" }),
		sha256: z.string().meta({ description: "Of the bytes that arrived, hexadecimal" }),
	})
	.meta({ id: "UploadedFile" });
export type UploadedFileResponse = z.infer<typeof uploadedFileResponse>;

export const uploadedArchiveResponse = z
	.object({
		path: z.string().meta({ description: "Absolute" }),
		entries: z.number().meta({ description: "Files, directories and links in the archive" }),
		size_bytes: z.number().meta({ description: "Of the files in it, together" }),
	})
	.meta({ id: "UploadedArchive" });
export type UploadedArchiveResponse = z.infer<typeof uploadedArchiveResponse>;

/** What to do with a directory that is there already. */
export const archiveConflicts = ["fail", "merge", "replace"] as const;

const anyFile = [
	"unauthenticated",
	"forbidden",
	"not_found",
	"wrong_state",
	"invalid",
	"unavailable",
	"timeout",
] as const;

export const fileOperations = defineOperations({
	downloadFile: {
		id: "downloadFile",
		method: "GET",
		path: "/devboxes/{id}/files",
		summary: "Download a file; takes one byte range",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({ path: boxPath, user: fileUser }),
		response: { status: 200, body: z.string(), contentType: "application/octet-stream" },
		errors: [...anyFile, "conflict"],
	},
	uploadFile: {
		id: "uploadFile",
		method: "PUT",
		path: "/devboxes/{id}/files",
		summary: "Upload a file, which has its name only once it is whole",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({
			path: boxPath,
			mode: fileMode.optional().meta({ description: "Left out: that of the file it replaces, or 0644" }),
			overwrite: flag("Replace a file of that name; without it such a file is a conflict", "true"),
			parents: flag("Make the directories above it"),
			sha256: sha256
				.optional()
				.meta({ description: "What the body must have, as the header X-Content-Sha256 may say too" }),
			user: fileUser,
		}),
		headers: z.object({ [fileHeaders.sha256]: sha256.optional() }),
		requestContentType: "application/octet-stream",
		response: { status: 201, body: uploadedFileResponse },
		errors: [...anyFile, "conflict"],
	},
	removeFile: {
		id: "removeFile",
		method: "DELETE",
		path: "/devboxes/{id}/files",
		summary: "Remove a file, an empty directory, or a directory with all in it",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({ path: boxPath, recursive: flag("A directory with all in it"), user: fileUser }),
		response: { status: 204, body: null },
		errors: [...anyFile, "conflict"],
	},
	listFiles: {
		id: "listFiles",
		method: "GET",
		path: "/devboxes/{id}/files/list",
		summary: "List a directory",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({ path: boxPath.default("~"), user: fileUser }),
		response: { status: 200, body: fileListResponse },
		errors: [...anyFile, "conflict"],
	},
	statFile: {
		id: "statFile",
		method: "GET",
		path: "/devboxes/{id}/files/stat",
		summary: "Look at one file, directory or symlink",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({ path: boxPath, user: fileUser }),
		response: { status: 200, body: fileStat },
		errors: anyFile,
	},
	makeDirectory: {
		id: "makeDirectory",
		method: "POST",
		path: "/devboxes/{id}/files/mkdir",
		summary: "Make a directory",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({ user: fileUser }),
		body: z
			.object({
				path: boxPath,
				parents: z.boolean().default(false).meta({
					description: "Make the directories above it as well, and be content with one that is there",
				}),
				mode: fileMode.default("0755"),
			})
			.meta({ id: "MakeDirectoryRequest" }),
		response: { status: 201, body: fileStat },
		errors: [...anyFile, "conflict"],
	},
	moveFile: {
		id: "moveFile",
		method: "POST",
		path: "/devboxes/{id}/files/move",
		summary: "Move or rename a file or a directory",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({ user: fileUser }),
		body: z
			.object({
				from: boxPath,
				to: boxPath.meta({ description: "The new path itself, not a directory to put it in" }),
				overwrite: z.boolean().default(false).meta({ description: "Replace a file that is there; never a directory" }),
			})
			.meta({ id: "MoveFileRequest" }),
		response: { status: 200, body: fileStat },
		errors: [...anyFile, "conflict"],
	},
	downloadArchive: {
		id: "downloadArchive",
		method: "GET",
		path: "/devboxes/{id}/archive",
		summary: "Download a directory as a tar archive",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({ path: boxPath, user: fileUser }),
		response: { status: 200, body: z.string(), contentType: "application/x-tar" },
		errors: [...anyFile, "conflict"],
	},
	uploadArchive: {
		id: "uploadArchive",
		method: "PUT",
		path: "/devboxes/{id}/archive",
		summary: "Upload a tar archive (also gzipped) as a directory, which is there only once all of it is",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({
			path: boxPath.meta({ description: "The directory that the archive's entries become the content of" }),
			if_exists: z.enum(archiveConflicts).default("fail").meta({
				description:
					"A directory that is there already: `fail` unless it is empty, `merge` into it (files of the same name are replaced), `replace` it whole",
			}),
			parents: flag("Make the directories above it"),
			user: fileUser,
		}),
		requestContentType: "application/x-tar",
		response: { status: 201, body: uploadedArchiveResponse },
		errors: [...anyFile, "conflict", "too_large"],
	},
});
