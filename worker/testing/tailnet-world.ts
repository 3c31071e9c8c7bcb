/**
 * The world of boxes that join a tailnet, on this machine's real engine. In a box stand-ins take the places of tailscale and tailscaled;
 * outside of it one takes the place of the coordination server, which verifies by our public documents. The box reaches it by a forward of
 * the test's.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import path from "node:path";
import { createIdentityDocuments } from "../../gateway/identity/identity-documents.ts";
import type { ForwardingLink } from "../../lib/domain/box-link.ts";
import type { IdTokenIssuer } from "../../lib/domain/identity.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { startTokenExchange } from "../../lib/identity/testing/token-exchange.ts";
import { deleteDevbox } from "../../lib/usecases/devboxes/delete-devbox.ts";
import { getDevboxTailscale } from "../../lib/usecases/tailscale/get-devbox-tailscale.ts";
import { joinTailscale } from "../../lib/usecases/tailscale/join-tailscale.ts";
import { setTailscale } from "../../lib/usecases/tailscale/set-tailscale.ts";
import { createEngineWorld } from "./engine-world.ts";
import { until } from "./worker-world.ts";

export const clientId = "kTest1CNTRL";
const portInBox = 4199;
const loginServer = `http://127.0.0.1:${portInBox}`;

export type TailnetWorld = Awaited<ReturnType<typeof createTailnetWorld>>;

export async function createTailnetWorld() {
	let issuer: IdTokenIssuer | null = null;
	const documents = createServer((request, response) => {
		const serve = issuer && createIdentityDocuments({ issuer, log: console as never });
		if (!serve?.(request, response)) response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => documents.listen(0, "127.0.0.1", resolve));
	const publicUrl = `http://127.0.0.1:${(documents.address() as AddressInfo).port}`;
	const world = await createEngineWorld({ publicUrl });
	issuer = world.issuer;
	await world.db.prisma.image.updateMany({ data: { programs: ["tailscale"] } });
	const subject = new RegExp(`^workspace:${world.actor.workspaceId}:devbox:dbx_[a-z0-9]{16}$`);
	const exchange = await startTokenExchange({ issuer: publicUrl, clientId, subject, tags: ["tag:devbox", "tag:ci"] });
	const forwards: ForwardingLink[] = [];
	const deps = { db: world.db, previewBase: null, issuer: world.issuer };
	const link = (id: string) => world.links.get({ instance: instanceName(id), user: "root" });
	const operationsNamed = async (id: string, step: string) =>
		(await world.operations(id)).filter((operation) => operation.step === step);

	async function forward(id: string): Promise<void> {
		const instance = instanceName(id);
		const own = await world.links.openForwarding({ instance, user: "devbox", onAgent: (stream) => stream.destroy() });
		forwards.push(own);
		await own.listenTcp({
			port: portInBox,
			onConnection: (stream) => {
				const out = connect(exchange.port, "127.0.0.1");
				stream.pipe(out).pipe(stream);
				for (const end of [stream, out]) end.on("error", () => stream.destroy());
			},
		});
	}

	return {
		...world,
		deps,
		exchange,
		operationsNamed,
		/** What is run in the box as root, and what it says. */
		look: async (id: string, command: string) =>
			(await (await link(id)).run({ command, timeoutMs: 20_000 })).stdout.trim(),
		statusOf: (id: string) => getDevboxTailscale(deps, world.actor, { params: { id } }),
		set: (o: { isEnabled?: boolean; isLocked?: boolean; onFailure?: "warn" | "fail"; tags?: string[] } = {}) =>
			setTailscale(deps, world.actor, {
				body: {
					is_enabled: o.isEnabled ?? true,
					is_locked: o.isLocked ?? false,
					client_id: clientId,
					tags: o.tags ?? ["tag:devbox"],
					hostname: "box-{name}",
					login_server: loginServer,
					on_failure: o.onFailure ?? "warn",
				},
			}),
		/** A way to the coordination server from inside the box; it goes with the box's power. */
		forward,
		/** What tailscale is in a box, and a way to the coordination server from there. */
		async equip(id: string): Promise<void> {
			const files = await (await link(id)).files();
			for (const name of ["tailscale", "tailscaled"]) {
				const bytes = await readFile(path.join(import.meta.dirname, "tailscale-stand-in", name));
				const file = files.write({ path: `/usr/local/bin/${name}`, mode: 0o755 });
				await new Promise<void>((resolve, reject) => {
					file.once("error", reject);
					file.end(bytes, resolve);
				});
			}
			files.close();
			await forward(id);
		},
		/** Asks for a join and waits until its run has ended. */
		async rejoin(id: string): Promise<string> {
			const before = (await operationsNamed(id, "join_tailscale")).length;
			await joinTailscale(deps, world.actor, { params: { id } });
			return endOf(await endedAfter(id, "join_tailscale", before));
		},
		/** The next operation of that step after so many, once it has ended. */
		async ended(id: string, step: string, before: number): Promise<string> {
			return endOf(await endedAfter(id, step, before));
		},
		async destroy(id: string): Promise<void> {
			await deleteDevbox(deps, world.actor, { params: { id } });
			await until("its machine is gone", async () => (await world.row(id)).releasedAt);
		},
		async close() {
			for (const own of forwards) own.close();
			await world.close();
			await exchange.close();
			documents.closeAllConnections();
			documents.close();
		},
	};

	function endedAfter(id: string, step: string, before: number) {
		return until(`${step} has ended`, async () => {
			const operation = (await operationsNamed(id, step))[before];
			return operation && operation.status !== "pending" ? operation : null;
		});
	}
}

function endOf({ status, message }: { status: string; message: string }): string {
	return `${status}: ${message}`;
}
