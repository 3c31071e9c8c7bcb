/** `box.files`: files of a running devbox, as streams. What the API answers (sizes, modes, times) is handed on as it is. */
import type { ApiInput, DevboxApi } from "./api-types.ts";
import { type ByteSource, bodyOf, isReplayable, joinBytes, withOwnErrors } from "./byte-stream.ts";
import { fillPath, readJsonAnswer, withQuery } from "./devbox-client.ts";
import { DevboxError } from "./devbox-error.ts";
import {
	type FileEntry,
	type FileStat,
	type StreamTypes,
	streamRoutes,
	type UploadedArchive,
	type UploadedFile,
} from "./generated/api.ts";
import { type ExtractResult, extractDirectory, packDirectory } from "./local-directory.ts";
import { readChunks } from "./sse.ts";
import type { Transport, TransportRequest } from "./transport.ts";

export type FilesClient = { transport: Transport; api: DevboxApi; devboxId: string };

type FileOptions = {
	/** As whom; `devbox` unless told. */
	user?: "devbox" | "root";
	signal?: AbortSignal;
};

export type UploadOptions = FileOptions & {
	/** Permission bits as `0o755`; left out: those of the file it replaces, or 0o644. */
	mode?: number;
	/** `false`: a file of that name is a `conflict`. */
	overwrite?: boolean;
	/** Make the directories above it. */
	parents?: boolean;
	/** Hexadecimal: what the bytes must have when they arrive. */
	sha256?: string;
	/** Milliseconds; an hour unless told. */
	timeoutMs?: number;
};

export type UploadDirectoryOptions = FileOptions & {
	/** A directory that is there already: `fail` (the default) unless it is empty, `merge` into it, `replace` it whole. */
	ifExists?: "fail" | "merge" | "replace";
	parents?: boolean;
	/** Milliseconds; an hour unless told. */
	timeoutMs?: number;
};

export type DownloadDirectoryOptions = FileOptions & {
	/** A local directory that is there already: `fail` (the default) unless it is empty, or `merge` into it. */
	ifExists?: "fail" | "merge";
	/** A devbox that sends more than this is cut off with `too_large`; 64 GiB unless told. */
	bytesMax?: number;
};

export type DirectoryList = { path: string; entries: FileEntry[]; isTruncated: boolean };

const transferTimeoutMs = 60 * 60_000;
const readBytesMax = 256 * 1024 * 1024;

export class BoxFiles {
	readonly #client: FilesClient;

	constructor(client: FilesClient) {
		this.#client = client;
	}

	/** The file has its name only once all of it has arrived. */
	async upload(path: string, data: ByteSource, o: UploadOptions = {}): Promise<UploadedFile> {
		const query: Query<"uploadFile"> = {
			path,
			mode: o.mode === undefined ? undefined : o.mode.toString(8).padStart(4, "0"),
			overwrite: flag(o.overwrite),
			parents: flag(o.parents),
			sha256: o.sha256,
			user: o.user,
		};
		const again = o.overwrite === false ? "unsafe" : "safe";
		const request: TransportRequest = {
			...this.#request("uploadFile", query, o),
			headers: { "content-type": "application/octet-stream" },
			body: bodyOf(data),
			repeatability: isReplayable(data) ? again : "never",
			timeoutMs: o.timeoutMs ?? transferTimeoutMs,
		};
		return this.#client.transport.send(request, readJsonAnswer) as Promise<UploadedFile>;
	}

	/** Its bytes as they come. Throws `not_found`, `forbidden`, `conflict` (a directory). */
	async download(path: string, o: FileOptions = {}): Promise<ReadableStream<Uint8Array>> {
		const request = this.#request("downloadFile", { path, user: o.user }, o);
		return this.#client.transport.send(request, async (response) => withOwnErrors(response.body, o.signal));
	}

	/** All of a file in memory, up to `bytesMax` (256 MiB unless told), past which it throws `too_large`. */
	async read(path: string, o: FileOptions & { bytesMax?: number } = {}): Promise<Uint8Array> {
		const bytesMax = o.bytesMax ?? readBytesMax;
		const chunks: Uint8Array[] = [];
		let bytes = 0;
		for await (const chunk of readChunks(await this.download(path, o))) {
			chunks.push(chunk);
			bytes += chunk.length;
			if (bytes <= bytesMax) continue;
			const detail = `${path} has more than ${bytesMax} bytes. Take it with download(), as a stream.`;
			throw new DevboxError({ code: "too_large", detail });
		}
		return joinBytes(chunks);
	}

	async readText(path: string, o: FileOptions & { bytesMax?: number } = {}): Promise<string> {
		return new TextDecoder().decode(await this.read(path, o));
	}

	/** Of the home directory unless told. */
	async list(path = "~", o: FileOptions = {}): Promise<DirectoryList> {
		const { id, user } = { id: this.#client.devboxId, user: o.user };
		const answer = await this.#client.api.listFiles({ id, path, user }, { signal: o.signal });
		return { path: answer.path, entries: answer.entries, isTruncated: answer.is_truncated };
	}

	/** Of a symlink itself. Throws `not_found`. */
	async stat(path: string, o: FileOptions = {}): Promise<FileStat> {
		return this.#client.api.statFile({ id: this.#client.devboxId, path, user: o.user }, { signal: o.signal });
	}

	/** With `parents` one that is there already is fine. */
	async mkdir(path: string, o: FileOptions & { parents?: boolean; mode?: number } = {}): Promise<FileStat> {
		const { signal, mode, ...rest } = o;
		const octal = mode?.toString(8).padStart(4, "0");
		return this.#client.api.makeDirectory({ id: this.#client.devboxId, path, mode: octal, ...rest }, { signal });
	}

	/** `to` is the new path itself, not a directory to put it in. */
	async move(from: string, to: string, o: FileOptions & { overwrite?: boolean } = {}): Promise<FileStat> {
		const { signal, ...rest } = o;
		return this.#client.api.moveFile({ id: this.#client.devboxId, from, to, ...rest }, { signal });
	}

	/** With `recursive` a directory with all in it. */
	async remove(path: string, o: FileOptions & { recursive?: boolean } = {}): Promise<void> {
		const query = { path, user: o.user, recursive: flag(o.recursive) };
		await this.#client.api.removeFile({ id: this.#client.devboxId, ...query }, { signal: o.signal });
	}

	/** A tar stream, also gzipped, becomes the directory `path`, which is there only once all of it is. */
	async uploadArchive(path: string, tar: ByteSource, o: UploadDirectoryOptions = {}): Promise<UploadedArchive> {
		const query: Query<"uploadArchive"> = { path, if_exists: o.ifExists, parents: flag(o.parents), user: o.user };
		const request: TransportRequest = {
			...this.#request("uploadArchive", query, o),
			headers: { "content-type": "application/x-tar" },
			body: bodyOf(tar),
			repeatability: "never",
			timeoutMs: o.timeoutMs ?? transferTimeoutMs,
		};
		return this.#client.transport.send(request, readJsonAnswer) as Promise<UploadedArchive>;
	}

	/** A directory as a tar stream. */
	async downloadArchive(path: string, o: FileOptions = {}): Promise<ReadableStream<Uint8Array>> {
		const request = this.#request("downloadArchive", { path, user: o.user }, o);
		return this.#client.transport.send(request, async (response) => withOwnErrors(response.body, o.signal));
	}

	/**
	 * A local directory becomes the directory `path` (Node only). What does not belong in an archive is left out and named in
	 * `omitted`: sockets, devices, links that lead out of the directory.
	 */
	async uploadDirectory(
		localPath: string,
		path: string,
		o: UploadDirectoryOptions = {},
	): Promise<UploadedArchive & { omitted: string[] }> {
		const omitted: string[] = [];
		const uploaded = await this.uploadArchive(path, packDirectory(localPath, omitted), o);
		return { ...uploaded, omitted };
	}

	/**
	 * A directory of the devbox becomes the local directory `localPath` (Node only). Nothing is written outside of it, whatever the
	 * devbox sends: such entries are left out and named in `omitted`.
	 */
	async downloadDirectory(path: string, localPath: string, o: DownloadDirectoryOptions = {}): Promise<ExtractResult> {
		const tar = await this.downloadArchive(path, o);
		return extractDirectory(tar, localPath, { ifExists: o.ifExists ?? "fail", bytesMax: o.bytesMax });
	}

	#request<K extends keyof typeof streamRoutes & keyof StreamTypes>(
		id: K,
		query: Query<K>,
		o: FileOptions,
	): TransportRequest {
		const { method, path } = streamRoutes[id];
		const filled = fillPath(path, () => this.#client.devboxId);
		return {
			method,
			path: withQuery(filled, query),
			headers: { accept: "*/*" },
			repeatability: "safe",
			signal: o.signal,
		};
	}
}

/** What a stream operation takes beside the devbox's id. */
type Query<K extends keyof StreamTypes> = Omit<StreamTypes[K]["input"], "id">;

type Flag = NonNullable<ApiInput<"removeFile">["recursive"]>;

function flag(value: boolean | undefined): Flag | undefined {
	return value === undefined ? undefined : value ? "true" : "false";
}
