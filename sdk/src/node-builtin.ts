import { DevboxError } from "./devbox-error.ts";

/** A module of Node's own, asked for at run time: bundlers for the browser see no import of it. */
export function nodeBuiltin<T>(name: string, purpose: string): T {
	const found = globalThis.process?.getBuiltinModule?.(name);
	if (found) return found as T;
	throw new DevboxError({
		code: "not_supported",
		detail: `${purpose} needs Node 20.16 or newer. With downloadArchive and uploadArchive you have the tar stream itself.`,
	});
}
