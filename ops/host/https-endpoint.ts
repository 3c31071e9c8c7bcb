/** The engine's https listener, which several installs and the machine's owner share: one that is set is used as it is. */
import { createServer } from "node:net";
import { z } from "zod";
import { AppError } from "../../lib/domain/errors.ts";
import { EngineError } from "../../lib/engines/engine.ts";
import { type HostStage, hostNames } from "./host-names.ts";
import { readProjects, setProjectConfig } from "./project.ts";
import { type RootApi, readEngine } from "./root-api.ts";

/** On the project of the install that set the address: the last install to leave takes it away again. */
const addressLabel = "user.devbox.https_address";
const ports = Array.from({ length: 100 }, (_, index) => 8443 + index);

const serverSchema = z.object({
	config: z.record(z.string(), z.unknown()),
	environment: z.object({ certificate: z.string() }),
});

type EndpointStage = Pick<HostStage, "installId" | "signal"> & { root: RootApi };

/** Answers how to reach the engine by https on this machine, and its certificate (PEM) for pinning. */
export async function ensureHttpsEndpoint(o: EndpointStage): Promise<{ endpoint: string; serverCertificate: string }> {
	const server = await readServer(o);
	const address = listenAddress(server.config) ?? (await setAddress(o));
	return { endpoint: `https://${loopbackFor(address)}`, serverCertificate: server.environment.certificate };
}

/** Unsets the address when an install set it and no other install is left; hands the mark on where one is. */
export async function releaseHttpsEndpoint(o: EndpointStage): Promise<void> {
	const own = hostNames(o.installId).project;
	const projects = await readProjects(o);
	const marked = projects.find((project) => project.name === own)?.config[addressLabel];
	if (!marked) return;
	const heir = projects.find((project) => project.name !== own && project.name.startsWith("devbox-"));
	if (heir) {
		await mark(o, heir.name, marked);
	} else if (listenAddress((await readServer(o)).config) === marked) {
		await o.root.global.request({
			method: "PATCH",
			path: "/1.0",
			json: { config: { "core.https_address": "" } },
			signal: o.signal,
		});
	}
}

async function setAddress(o: EndpointStage): Promise<string> {
	let refusal: unknown;
	for (const port of ports) {
		if (!(await isFree(port))) continue;
		const address = `127.0.0.1:${port}`;
		// The mark comes first: a set-up killed between the two leaves a mark to nothing, never an address that nobody owns.
		await mark(o, hostNames(o.installId).project, address);
		try {
			await o.root.global.request({
				method: "PATCH",
				path: "/1.0",
				json: { config: { "core.https_address": address } },
				signal: o.signal,
			});
			return address;
		} catch (error) {
			if (!(error instanceof EngineError) || error.isRetryable) throw error;
			refusal = error;
		}
	}
	throw new AppError({
		code: "unavailable",
		message: "The engine found no free port on 127.0.0.1 between 8443 and 8542 to listen on.",
		cause: refusal,
	});
}

async function mark(o: EndpointStage, project: string, address: string): Promise<void> {
	await setProjectConfig({ ...o, project, config: { [addressLabel]: address } });
}

async function readServer(o: EndpointStage): Promise<z.infer<typeof serverSchema>> {
	return readEngine(o.root.global, { path: "/1.0", schema: serverSchema, signal: o.signal });
}

function listenAddress(config: Record<string, unknown>): string | null {
	const address = config["core.https_address"];
	return typeof address === "string" && address ? address : null;
}

/** An engine that listens on every address is reached by loopback; `core.https_address` may leave the port or the address out. */
export function loopbackFor(address: string): string {
	const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(address);
	const port = match?.[3] ?? "8443";
	const host = match?.[1] ?? match?.[2] ?? "";
	if (["", "0.0.0.0", "::", "*"].includes(host)) return `127.0.0.1:${port}`;
	return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

async function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const probe = createServer();
		probe.once("error", () => resolve(false));
		probe.listen({ host: "127.0.0.1", port, exclusive: true }, () => probe.close(() => resolve(true)));
	});
}
