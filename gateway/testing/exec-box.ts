/** A box for tests of execs: the one of lib/link/testing, with this tree's supervisor where the image has its own. */
import type { BoxLink, BoxLinks } from "../../lib/domain/box-link.ts";
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { installRuntime, startTestBox } from "../../lib/link/testing/test-box.ts";
import type { OpenLinks } from "../gateway.ts";

export type ExecBox = {
	/** Every box of a gateway leads into this one. */
	openLinks: OpenLinks;
	/** A way in beside the gateway's. */
	root: BoxLink;
	/** As an engine that goes away: all links break. */
	breakLinks(): void;
	/** What a command prints, trimmed, as root. */
	look(command: string): Promise<string>;
	close(): Promise<void>;
};

export async function startExecBox(): Promise<ExecBox> {
	const box = await startTestBox();
	const open = (): BoxLinks =>
		createBoxLinks({ engine: { exec: (o) => box.engine.exec({ ...o, name: box.instance }) } });
	const own = open();
	const link = () => own.get({ instance: box.instance, user: "root" });
	const look = async (command: string) => {
		const { code, stdout, stderr } = await (await link()).run({ command, timeoutMs: 10_000 });
		if (code !== 0 && stderr !== "") throw new Error(stderr);
		return stdout.trim();
	};
	// The stand-in shares this machine's /usr/lib, which stays as it is.
	if (process.env.DEVBOX_TEST_BOX === "local") {
		await look("mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work");
		await look("mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=/mnt/upper,workdir=/mnt/work /usr/lib");
	}
	// An image of the tests carries none.
	if ((await look("ls -d /usr/lib/devbox 2>/dev/null")) === "")
		await installRuntime({ box, link: await link(), path: "/usr/lib/devbox" });
	return {
		openLinks: open,
		root: await link(),
		breakLinks: box.breakStreams,
		look,
		async close() {
			await own.close();
			await box.close();
		},
	};
}
