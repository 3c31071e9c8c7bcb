/** One upload, with its progress: fetch cannot tell how much of a body has gone, XMLHttpRequest can. */
import { goToSignIn } from "../api-client.ts";

export type UploadInput = {
	id: string;
	path: string;
	file: File;
	overwrite: boolean;
	signal: AbortSignal;
	onProgress: (fraction: number) => void;
};

export class UploadError extends Error {
	readonly code: string;

	constructor(code: string, message: string) {
		super(message);
		this.name = "UploadError";
		this.code = code;
	}
}

/** Rejects with UploadError: the API's code and words, `network`, or `aborted`. Nothing lies under the name unless all arrived. */
export function uploadFile(o: UploadInput): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const request = new XMLHttpRequest();
	const query = new URLSearchParams({ path: o.path, overwrite: String(o.overwrite), parents: "true" });
	request.open("PUT", `/api/v1/devboxes/${encodeURIComponent(o.id)}/files?${query}`);
	request.setRequestHeader("Content-Type", "application/octet-stream");
	request.upload.onprogress = (event) => o.onProgress(event.total ? event.loaded / event.total : 1);
	request.onload = () => {
		if (request.status === 201) return resolve();
		if (request.status === 401) goToSignIn();
		reject(errorOf(request));
	};
	request.onerror = () => reject(new UploadError("network", "The connection was lost. Nothing was changed."));
	request.onabort = () => reject(new UploadError("aborted", "Cancelled."));
	o.signal.addEventListener("abort", () => request.abort(), { once: true });
	request.send(o.file);
	return promise;
}

function errorOf(request: XMLHttpRequest): UploadError {
	try {
		const { code, detail } = JSON.parse(request.responseText) as { code: string; detail: string | { msg: string }[] };
		return new UploadError(code, typeof detail === "string" ? detail : detail.map(({ msg }) => msg).join(" "));
	} catch {
		return new UploadError("internal", `The server answered ${request.status}.`);
	}
}
