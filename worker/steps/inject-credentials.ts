/** Brings the box its environment. With nothing to inject that is an empty file, so that its readers need no second case. */
import { AppError } from "../../lib/domain/errors.ts";
import type { Step } from "../runner/pipeline.ts";

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

export const injectCredentials: Step = {
	name: "inject_credentials",
	timeoutMs: 30_000,
	attemptsMax: 3,
	async run(ctx) {
		const link = await ctx.host().links.get({ instance: ctx.instance, user: "root", signal: ctx.signal });
		const result = await link.run({ command, stdin: "", timeoutMs: commandTimeoutMs, signal: ctx.signal });
		if (result.code !== 0)
			throw new AppError({
				code: "conflict",
				message: `The box's environment could not be written (exit code ${result.code}): ${result.stderr.slice(-2_000)}`,
			});
		return { message: "No credentials were asked for; the environment is empty." };
	},
};
