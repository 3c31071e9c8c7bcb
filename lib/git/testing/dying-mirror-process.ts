/**
 * Uses a mirror once, and is killed (-9, by itself) just before its DYING_AT-th effect on the machine: a change of a file or a folder, or
 * a program that it starts. Prints how many there were when it comes to the end.
 */
import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { PassThrough } from "node:stream";

const input = JSON.parse(process.env.DYING_INPUT ?? "{}");
const dyingAt = Number(process.env.DYING_AT);
let effects = 0;

function dieBefore(owner: Record<string, unknown>, name: string): void {
	const real = owner[name] as (...args: unknown[]) => unknown;
	owner[name] = (...args: unknown[]) => {
		effects += 1;
		if (effects === dyingAt) process.kill(process.pid, "SIGKILL");
		return real(...args);
	};
}

for (const name of ["mkdir", "rename", "rm", "link", "writeFile", "utimes"])
	dieBefore(fs.promises as unknown as Record<string, unknown>, name);
dieBefore(childProcess as unknown as Record<string, unknown>, "spawn");
syncBuiltinESMExports();

const { SecretText } = await import("../../domain/secret-text.ts");
const { openAddressGuard } = await import("../../net/address-guard.ts");
const { openMirrorStore } = await import("../mirror-store.ts");
const { mirrorLimits } = await import("../mirror-sweep.ts");
const { folder, githubUrl, ref, depth } = input;
const repository = { ...input.repository, token: new SecretText(input.token) };
const store = openMirrorStore({
	folder,
	githubUrl,
	guard: openAddressGuard({ allow: ["127.0.0.1"] }),
	limits: mirrorLimits,
});
const signal = AbortSignal.timeout(60_000);
await store.withOffer({ repository, ref, depth, signal }, async ({ send }) => {
	const stream = new PassThrough();
	stream.resume();
	await send({ stream, signal, onBytes: () => undefined });
});
await store.sweep();
process.stdout.write(`${effects}\n`);
