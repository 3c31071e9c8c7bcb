/** A host of a test's own, as `npm start` makes one: with its fence, and `builtin:base` on it. Needs root and this machine's engine. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildImage } from "../../images/build-image.ts";
import { openIncusEngine } from "../../lib/engines/incus/incus-engine.ts";
import { ensureProfile } from "./project.ts";
import { removeHost } from "./remove-host.ts";
import { openRootApi } from "./root-api.ts";
import { type LocalHost, setupHost } from "./setup-host.ts";

export const setUpTimeoutMs = 10 * 60_000;
const imagesDir = process.env.DEVBOX_TEST_IMAGES ?? path.join(tmpdir(), "devbox-test-images");
const progress = () => undefined;

export type TestFencedHost = Pick<LocalHost, "root" | "restricted"> & {
	/** Of `builtin:base`. */
	image: string;
	/** As the next `npm start` would: with what the environment says now. */
	setUpAgain(): Promise<void>;
	close(): Promise<void>;
};

/**
 * `resolver`: the name server that filters ask. `engineDir`: where certificate and key are kept; one of its own unless told. What a killed
 * test left is removed first.
 */
export async function openTestFencedHost(o: {
	installId: string;
	resolver: string;
	engineDir?: string;
}): Promise<TestFencedHost> {
	const { installId } = o;
	const signal = AbortSignal.timeout(setUpTimeoutMs);
	await removeHost({ installId, signal, progress });
	const dir = await mkdtemp(path.join(tmpdir(), "devbox-fence-"));
	process.env.DEVBOX_EGRESS_RESOLVERS = o.resolver;
	const engineDir = o.engineDir ?? dir;
	const setUp = () => setupHost({ installId, engineDir, hostId: "host_test", poolGibMax: 10, signal, progress });
	const host = await setUp();
	const { image, rootfsPath } = await buildImage({ name: "base", imagesDir, signal, progress });
	await openIncusEngine(host.root).importImage({ image, rootfsPath, signal });
	const root = openRootApi(host.root.endpoint.slice("unix://".length));
	await ensureProfile({ installId, root, signal, progress });
	root.close();
	return {
		...host,
		image,
		async setUpAgain() {
			await setUp();
		},
		async close() {
			await removeHost({ installId, signal: AbortSignal.timeout(setUpTimeoutMs), progress });
			await rm(dir, { recursive: true });
			delete process.env.DEVBOX_EGRESS_RESOLVERS;
		},
	};
}
