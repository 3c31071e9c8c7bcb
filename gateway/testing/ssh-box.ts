/** A box for tests of the SSH gateway: every box of the gateway leads into this one, on this machine's engine (see test-box.ts). */
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { startTestBox } from "../../lib/link/testing/test-box.ts";
import type { OpenLinks } from "../gateway.ts";

export type SshBox = {
	openLinks: OpenLinks;
	/** As an engine that goes away: all links break. */
	breakLinks(): void;
	/** Runs a script in the box as root; throws for what does not end with 0. */
	asRoot(script: string): Promise<string>;
	close(): Promise<void>;
};

export async function startSshBox(): Promise<SshBox> {
	const box = await startTestBox();
	const { instance } = box;
	const open = () => createBoxLinks({ engine: { exec: (o) => box.engine.exec({ ...o, name: instance }) } });
	const own = open();
	return {
		openLinks: open,
		breakLinks: box.breakStreams,
		async asRoot(script) {
			const link = await own.get({ instance, user: "root" });
			const { code, stdout, stderr } = await link.run({ command: script, timeoutMs: 60_000 });
			if (code !== 0) throw new Error(`${script} ended with ${code}: ${stderr}`);
			return stdout;
		},
		async close() {
			await own.close();
			await box.close();
		},
	};
}
