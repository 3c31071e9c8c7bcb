/** The environment of everything that runs in a box: /run/devbox/env, in memory there, so that it is written again at each start. */

import type { BoxLink } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";

const commandTimeoutMs = 15_000;
/** NUL-separated, for the box's user alone, and written by rename: a reader sees all of it or the one before. */
const command = `
set -e
umask 077
mkdir -p -m 0755 /run/devbox
cat > /run/devbox/.env.new
chown devbox: /run/devbox/.env.new
chmod 0400 /run/devbox/.env.new
mv -f /run/devbox/.env.new /run/devbox/env`;

/**
 * `link`: root's. The values go over the link's standard input and stand in no argument list. Without any the file is empty, so that its
 * readers need no second case. Later entries of a name win.
 */
export async function writeEnvironment(o: {
	link: BoxLink;
	entries: readonly (readonly [name: string, value: string])[];
	signal: AbortSignal;
}): Promise<void> {
	const stdin = Buffer.from(o.entries.map(([name, value]) => `${name}=${value}\0`).join(""));
	const result = await o.link.run({ command, stdin, timeoutMs: commandTimeoutMs, signal: o.signal });
	if (result.code === 0) return;
	throw new AppError({
		code: "conflict",
		message: `The box's environment could not be written (exit code ${result.code}): ${result.stderr.slice(-2_000)}`,
	});
}
