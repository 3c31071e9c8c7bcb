/**
 * A stand-in for a box with our runtime in it: real sshd, real shell, real pty. Three terminals are made for tests: `flood`
 * writes 50 MB and ends, `stall` never reads, `exit7` ends with 7; every other name runs the real thing.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { type LocalBox, startLocalBox } from "../../lib/link/testing/local-box.ts";
import type { OpenLinks } from "../gateway.ts";

export const floodBytes = 50_000_000;

const runtimeDir = path.resolve(import.meta.dirname, "../../images/base/runtime");

const forTests = `#!/bin/sh
plain() { printf '\\033]devbox;mode=plain;existing=0\\007'; }
case $1 in
flood*) plain && exec head -c ${floodBytes} /dev/zero ;;
stall*) plain && stty raw -echo && exec sleep 600 ;;
exit7*) plain && exit 7 ;;
esac
exec /usr/lib/devbox/real/terminal "$@"
`;

export type TerminalBox = {
	/** Every box of the gateway leads into this one. */
	openLinks: OpenLinks;
	/** As an engine that goes away: all links break. */
	breakLinks(): void;
	/** Instances whose links were dropped. */
	dropped: Set<string>;
	close(): Promise<void>;
};

export async function startTerminalBox(): Promise<TerminalBox> {
	const box = await startLocalBox();
	await runAsRoot(
		box,
		[
			"mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work",
			"mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=/mnt/upper,workdir=/mnt/work /usr/lib",
			"mkdir -p /usr/lib/devbox/real",
		].join(" && "),
	);
	for (const name of readdirSync(runtimeDir))
		await write(box, `/usr/lib/devbox/real/${name}`, readFileSync(path.join(runtimeDir, name), "utf8"));
	await write(box, "/usr/lib/devbox/terminal", forTests);
	const dropped = new Set<string>();
	return {
		dropped,
		openLinks() {
			const links = createBoxLinks({ engine: { exec: (o) => box.engine.exec({ ...o, name: box.instance }) } });
			return {
				get: (o) => links.get(o),
				openForwarding: (o) => links.openForwarding(o),
				holdControl: (o) => links.holdControl(o),
				drop(instance) {
					dropped.add(instance);
					links.drop(instance);
				},
				close: () => links.close(),
			};
		},
		breakLinks: box.breakStreams,
		close: box.close,
	};
}

async function write(box: LocalBox, file: string, text: string): Promise<void> {
	await runAsRoot(box, `cat > '${file}' && chmod 755 '${file}'`, text);
}

async function runAsRoot(box: LocalBox, script: string, input = ""): Promise<void> {
	const running = await box.engine.exec({ name: box.instance, command: ["sh", "-ec", script] });
	let said = "";
	running.stderr.on("data", (chunk) => {
		said += chunk;
	});
	running.stdio.resume();
	running.stdio.end(input);
	const { code } = await running.exit;
	if (code !== 0) throw new Error(`${script} failed with ${code}: ${said}`);
}
