/** The environment of everything that runs in a box: /run/devbox/env, in memory there, so that it is written again at each start. */

import type { BoxLink } from "../../domain/box-link.ts";
import { AppError } from "../../domain/errors.ts";
import type { SecretText } from "../../domain/secret-text.ts";

export type EnvironmentEntry = readonly [name: string, value: SecretText];

const commandTimeoutMs = 15_000;
const namePattern = /^[A-Z_][A-Z0-9_]*$/;

// The last entry of a name is the one that counts. Names alone are arguments.
const keepScript = `my %keep = map { $_ => 1 } @ARGV;
my %kept;
local $/ = "\\0";
open my $in, "<:raw", "/run/devbox/env" or exit 0;
while (my $entry = <$in>) { $kept{$1} = $entry if $entry =~ /\\A([A-Z_][A-Z0-9_]*)=/ && $keep{$1} }
open my $out, ">>:raw", "/run/devbox/.env.new" or die "$!\\n";
for my $name (sort keys %kept) { print $out $kept{$name} or die "$!\\n"; print "kept=$name\\n" }
close $out or die "$!\\n";`;

/** NUL-separated, for the box's user alone, and written by rename: a reader sees all of it or the one before. */
function commandOf(keep: readonly string[]): string {
	return `
set -e
umask 077
mkdir -p -m 0755 /run/devbox
cat > /run/devbox/.env.new
${keep.length > 0 ? `perl -e '${keepScript}' ${keep.join(" ")}` : ":"}
chown devbox: /run/devbox/.env.new
chmod 0400 /run/devbox/.env.new
mv -f /run/devbox/.env.new /run/devbox/env`;
}

/**
 * `link`: root's. The values go over the link's standard input and stand in no argument list. Without any the file is empty, so that its
 * readers need no second case. Later entries of a name win. `keep`: variables that only the box has and that stay as they are in it;
 * answers those of them that were there.
 */
export async function writeEnvironment(o: {
	link: BoxLink;
	entries: readonly EnvironmentEntry[];
	keep: readonly string[];
	signal?: AbortSignal;
}): Promise<{ kept: string[] }> {
	const stdin = Buffer.from(o.entries.map(([name, value]) => `${name}=${value.reveal()}\0`).join(""));
	const command = commandOf(o.keep.filter((name) => namePattern.test(name)));
	const result = await o.link.run({ command, stdin, timeoutMs: commandTimeoutMs, signal: o.signal });
	if (result.code === 0) {
		const said = new Set(result.stdout.split("\n"));
		return { kept: o.keep.filter((name) => said.has(`kept=${name}`)) };
	}
	throw new AppError({
		code: "conflict",
		message: `The box's environment could not be written (exit code ${result.code}): ${result.stderr.slice(-2_000)}`,
	});
}
