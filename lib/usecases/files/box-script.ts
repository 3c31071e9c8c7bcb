/**
 * Small shell scripts in a box. Paths go by environment, never into the text: no quoting, whatever a name holds. The script itself
 * goes the same way, since the user's own shell, which starts it, may be any.
 */
import type { BoxLink } from "../../domain/box-link.ts";
import { failedInBox } from "./file-errors.ts";

/** Runs the script that stands in DEVBOX_SCRIPT. */
export const scriptCommand = `exec /bin/sh -c "$DEVBOX_SCRIPT"`;

export function scriptEnvironment(script: string, env: Record<string, string>): Record<string, string> {
	return { LC_ALL: "C", DEVBOX_SCRIPT: `unset DEVBOX_SCRIPT\n${script}`, ...env };
}

/** Standard output of a script that succeeded, at most 64 KiB of it. Throws `conflict` or `forbidden` with the box's last words. */
export async function runInBox(
	link: BoxLink,
	o: { what: string; script: string; env: Record<string, string>; timeoutMs: number },
): Promise<string> {
	const result = await link.run({
		command: scriptCommand,
		env: scriptEnvironment(o.script, o.env),
		timeoutMs: o.timeoutMs,
		outputMaxBytes: 64 * 1024,
	});
	if (result.code !== 0) throw failedInBox({ what: o.what, stderr: result.stderr, code: result.code });
	return result.stdout;
}
