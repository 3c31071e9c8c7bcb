import { describe, expect, test } from "vitest";
import { engineContract } from "../engine-contract.ts";
import { openIncusEngine } from "./incus-engine.ts";
import { openTestHost } from "./test-host.ts";

engineContract({
	name: "incus over a unix socket",
	runsCommands: true,
	open: async () => {
		const host = await openTestHost();
		return {
			engine: openIncusEngine(host.connection),
			unreachable: openIncusEngine({ ...host.connection, endpoint: "unix:///nonexistent/unix.socket" }),
			installId: host.connection.installId,
			image: host.image,
			close: host.close,
		};
	},
});

engineContract({
	name: "incus over https with a restricted certificate",
	runsCommands: true,
	open: async () => {
		const host = await openTestHost();
		const connection = await host.openHttps();
		return {
			engine: openIncusEngine(connection),
			// The discard port of loopback: nothing listens there.
			unreachable: openIncusEngine({ ...connection, endpoint: "https://127.0.0.1:9" }),
			installId: connection.installId,
			image: host.image,
			close: host.close,
		};
	},
});

describe("the way to the engine", { timeout: 120_000 }, () => {
	test("a project that the engine does not have is unavailable, never an empty list or a missing box", async () => {
		const host = await openTestHost();
		const engine = openIncusEngine({ ...host.connection, project: "dbxtest-wiped" });
		const name = "dbx-any";
		await expect(engine.list({})).rejects.toMatchObject({ code: "unavailable" });
		await expect(engine.inspect({ name })).rejects.toMatchObject({ code: "unavailable" });
		await expect(engine.destroy({ name })).rejects.toMatchObject({ code: "unavailable" });
		await host.close();
	});

	test("a server with another certificate than the pinned one is refused", async () => {
		const host = await openTestHost();
		const connection = await host.openHttps();
		const tls = connection.tls;
		if (!tls) throw new Error("https needs certificates");
		// Valid, and somebody else's: the client's own.
		const engine = openIncusEngine({ ...connection, tls: { ...tls, serverCertificate: tls.certificate } });
		await expect(engine.list({})).rejects.toMatchObject({ code: "unavailable" });
		await host.close();
	});

	test("a restricted certificate reaches its own project alone", async () => {
		const [mine, other] = [await openTestHost(), await openTestHost()];
		const connection = await mine.openHttps();
		expect(await openIncusEngine(connection).list({})).toEqual([]);
		const trespasser = openIncusEngine({ ...connection, project: other.connection.project });
		await expect(trespasser.list({})).rejects.toMatchObject({ code: "unavailable" });
		const name = "dbx-x";
		const create = trespasser.create({
			name,
			labels: { installId: "x", devboxId: "x" },
			source: { kind: "image", image: other.image },
			limits: { vcpus: 1, memoryMib: 256, diskGib: 1 },
		});
		await expect(create).rejects.toMatchObject({ name: "EngineError" });
		await Promise.all([mine.close(), other.close()]);
	});

	test("an import that failed leaves nothing, and a half-made image is replaced by the next import", async () => {
		const host = await openTestHost();
		const engine = openIncusEngine(await host.openHttps());
		const image = "test:half@1";
		const rootfsPath = host.rootfsPath;
		const controller = new AbortController();
		const reason = new Error("cancelled during the first boot");
		const cancelled = engine.importImage({
			image,
			rootfsPath,
			signal: controller.signal,
			onProgress: (_part, phrase) => phrase === "first boot" && controller.abort(reason),
		});
		await expect(cancelled).rejects.toBe(reason);
		const source = { kind: "image" as const, image };
		const box = { name: "dbx-half", labels: { installId: host.connection.installId, devboxId: "dbx_half" } };
		const limits = { vcpus: 1, memoryMib: 256, diskGib: 1 };
		await expect(engine.create({ ...box, source, limits })).rejects.toMatchObject({ code: "not_found" });
		await engine.importImage({ image, rootfsPath });
		await engine.create({ ...box, source, limits });
		await host.close();
	});
});
