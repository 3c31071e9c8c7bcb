/**
 * A box for tests of the link: a real one on this machine's engine, or, with DEVBOX_TEST_BOX=local, the stand-in of
 * local-box.ts, which boots in no time and needs openssh-server and tmux on this machine.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BoxLink } from "../../domain/box-link.ts";
import type { ExecStream } from "../../engines/engine.ts";
import { openIncusEngine } from "../../engines/incus/incus-engine.ts";
import { openTestHost } from "../../engines/incus/test-host.ts";
import { type ExecEngine, openLink } from "../open-link.ts";
import { startLocalBox } from "./local-box.ts";

export type TestBox = {
	engine: ExecEngine;
	instance: string;
	/** Streams opened so far, and those that still run. */
	readonly opened: number;
	readonly running: number;
	/** Ends every stream at once, as an engine does that goes away. */
	breakStreams: () => void;
	close: () => Promise<void>;
};

const runtimeFolder = join(import.meta.dirname, "../../../images/base/runtime");

export async function startTestBox(): Promise<TestBox> {
	if (process.env.DEVBOX_TEST_BOX === "local") return counting(await startLocalBox());
	const host = await openTestHost();
	const engine = openIncusEngine(host.connection);
	const name = "link-box";
	await engine.create({
		name,
		labels: { installId: host.connection.installId, devboxId: "dbx_link" },
		source: { kind: "image", image: host.image },
		limits: { vcpus: 2, memoryMib: 1024, diskGib: 8 },
	});
	await engine.start({ name });
	const box = { engine: { exec: engine.exec.bind(engine) }, instance: name, close: () => host.close() };
	await untilUp(box);
	return counting(box);
}

/** sshd asks for accounts and /run, which systemd sets up after the engine's start has returned. */
async function untilUp(box: { engine: ExecEngine; instance: string }): Promise<void> {
	const deadline = performance.now() + 30_000;
	for (;;) {
		try {
			const link = await openLink({ ...box, user: "root" });
			const state = await link.run({ command: "systemctl is-system-running --wait", timeoutMs: 30_000 });
			link.close();
			if (/running|degraded/.test(state.stdout)) return;
		} catch (error) {
			if (performance.now() > deadline) throw error;
		}
	}
}

function counting(box: { engine: ExecEngine; instance: string; close: () => Promise<void> }): TestBox {
	const streams = new Set<ExecStream>();
	let opened = 0;
	const exec: ExecEngine["exec"] = async (o) => {
		const stream = await box.engine.exec(o);
		opened += 1;
		streams.add(stream);
		const forget = () => streams.delete(stream);
		stream.exit.then(forget, forget);
		return stream;
	};
	return {
		engine: { exec },
		instance: box.instance,
		get opened() {
			return opened;
		},
		get running() {
			return streams.size;
		},
		breakStreams: () => {
			for (const stream of streams) stream.kill();
		},
		close: box.close,
	};
}

/** Puts this tree's runtime into the box, so that a test does not depend on when the image was built. Answers its path there. */
export async function installRuntime(o: { box: TestBox; link: BoxLink; path: string }): Promise<void> {
	const { link, path } = o;
	const files = await link.files();
	await files.makeDirectory(path);
	for (const name of await readdir(runtimeFolder)) {
		if (name.endsWith(".md") || name.endsWith(".ts")) continue;
		const bytes = await readFile(join(runtimeFolder, name));
		const file = files.write({ path: `${path}/${name}`, mode: name.includes(".") ? 0o644 : 0o755 });
		await new Promise<void>((resolve, reject) => {
			file.once("error", reject);
			file.end(bytes, resolve);
		});
	}
	files.close();
}
