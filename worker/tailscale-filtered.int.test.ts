/**
 * A box with a network policy that joins a tailnet: all that the join says goes out by its filter, as TLS to a name, on this machine's real
 * engine. Tailscale's server stands, by its own name, in an Internet of the test's own; tailscale in the box is a stand-in. Needs root.
 */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createIdentityDocuments } from "../gateway/identity/identity-documents.ts";
import type { IdTokenIssuer } from "../lib/domain/identity.ts";
import { instanceName } from "../lib/domain/ids.ts";
import { startTokenExchange, type TokenExchange } from "../lib/identity/testing/token-exchange.ts";
import { deleteDevbox } from "../lib/usecases/devboxes/delete-devbox.ts";
import { changeDevboxNetwork } from "../lib/usecases/network/change-devbox-network.ts";
import { getDevboxTailscale } from "../lib/usecases/tailscale/get-devbox-tailscale.ts";
import { joinTailscale } from "../lib/usecases/tailscale/join-tailscale.ts";
import { setTailscale } from "../lib/usecases/tailscale/set-tailscale.ts";
import { internetAddresses, openTestInternet, type TestInternet } from "../ops/host/test-internet.ts";
import { createFencedWorld, type FencedWorld } from "./testing/fenced-world.ts";
import { startWorkerMain, type WorkerMain } from "./testing/worker-main.ts";
import { until } from "./testing/worker-world.ts";

const setUpTimeoutMs = 10 * 60_000;
const at = internetAddresses(120);
const clientId = "kTest1CNTRL";
const exchangePort = 4198;
/** Tailscale's side reads the keys there; nobody has this name, so that the test leads it to its own documents. */
const publicUrl = "https://devbox.test";
const fetchAnywhere = globalThis.fetch;
const server = "controlplane.tailscale.com";

let documents: Server;
let issuer: IdTokenIssuer | null = null;
let relay: TcpServer;
let exchange: TokenExchange;
let internet: TestInternet;
let world: FencedWorld;
let worker: WorkerMain;
let id: string;

/** What is said to the server in TLS is passed on to the stand-in, which speaks in the clear. */
const pages = `
	def do_POST(self):
		import urllib.request, urllib.error
		body = self.rfile.read(int(self.headers["content-length"]))
		keep = {name: self.headers[name] for name in ("authorization", "content-type") if self.headers[name]}
		asked = urllib.request.Request("http://${at.own}:${exchangePort}" + self.path, body, keep)
		try: status, said = 200, urllib.request.urlopen(asked).read()
		except urllib.error.HTTPError as error: status, said = error.code, error.read()
		with open(root + "/posts.log", "a") as log: log.write(self.headers["host"] + self.path + "\\n")
		self.send_response(status); self.say(said)
`;

const deps = () => ({ db: world.db, previewBase: null, issuer: world.issuer });
const params = () => ({ params: { id } });
const link = () => world.links.get({ instance: instanceName(id), user: "root" });
const inBox = async (command: string) => (await (await link()).run({ command, timeoutMs: 20_000 })).stdout.trim();
const reached = (host: string) => inBox(`curl -skS -m5 https://${host}/ 2>&1`);
const posts = () => readFile(path.join(internet.dir, "posts.log"), "utf8").catch(() => "");
const list = (...names: string[]) =>
	changeDevboxNetwork(deps(), world.actor, { ...params(), body: { mode: "enforce", egress_domains: names } });

beforeAll(async () => {
	documents = createServer((request, response) => {
		const serve = issuer && createIdentityDocuments({ issuer, log: console as never });
		if (!serve?.(request, response)) response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => documents.listen(0, "127.0.0.1", resolve));
	const documentsUrl = `http://127.0.0.1:${(documents.address() as AddressInfo).port}`;
	vi.stubGlobal("fetch", (where: string | URL, init?: RequestInit) =>
		fetchAnywhere(String(where).replace(publicUrl, documentsUrl), init),
	);
	const names = {
		"controlplane.tailscale.com": at.allowed,
		"derp1.tailscale.com": at.allowed,
		"evil.example": at.other,
	};
	internet = await openTestInternet({ link: "dbxttsf", at, names, pages });
	world = await createFencedWorld({ installId: "tsttsf", resolver: at.dns, publicUrl });
	issuer = world.issuer;
	await world.db.prisma.image.updateMany({ data: { programs: ["tailscale"] } });
	const subject = new RegExp(`^workspace:${world.actor.workspaceId}:devbox:dbx_[a-z0-9]{16}$`);
	exchange = await startTokenExchange({ issuer: publicUrl, clientId, subject, tags: ["tag:devbox"] });
	relay = createTcpServer((stream) => {
		const out = connect(exchange.port, "127.0.0.1");
		stream.pipe(out).pipe(stream);
		for (const end of [stream, out]) end.on("error", () => stream.destroy());
	});
	await new Promise<void>((resolve) => relay.listen(exchangePort, at.own, resolve));
	worker = startWorkerMain({ world, env: { PUBLIC_URL: publicUrl } });
	await worker.untilUp();
	await setTailscale(deps(), world.actor, {
		body: {
			is_enabled: true,
			is_locked: false,
			client_id: clientId,
			tags: ["tag:devbox"],
			hostname: "box-{name}",
			login_server: null,
			on_failure: "warn",
		},
	});
	({ id } = await world.create("otter", { network_policy: { egress_domains: ["*.tailscale.com"] } }));
	await world.untilState(id, "ready", 120_000);
	await equip();
}, setUpTimeoutMs);

afterAll(async () => {
	vi.unstubAllGlobals();
	worker?.child.kill("SIGKILL");
	await world?.close();
	relay?.close();
	await exchange?.close();
	documents?.closeAllConnections();
	documents?.close();
	await internet?.close();
}, setUpTimeoutMs);

async function equip(): Promise<void> {
	const files = await (await link()).files();
	for (const name of ["tailscale", "tailscaled"]) {
		const bytes = await readFile(path.join(import.meta.dirname, "testing/tailscale-stand-in", name));
		const file = files.write({ path: `/usr/local/bin/${name}`, mode: 0o755 });
		await new Promise<void>((resolve, reject) => {
			file.once("error", reject);
			file.end(bytes, resolve);
		});
	}
	files.close();
}

const joins = async () => (await world.operations(id)).filter(({ step }) => step === "join_tailscale");

/** Asks for a join and waits until its run has ended. */
async function rejoin(): Promise<string> {
	const before = (await joins()).length;
	await joinTailscale(deps(), world.actor, params());
	const ended = await until("the join has ended", async () => {
		const operation = (await joins())[before];
		return operation && operation.status !== "pending" ? operation : null;
	});
	return `${ended.status}: ${ended.message}`;
}

test("a box with *.tailscale.com in its list joins, by its filter and by nothing else", async () => {
	expect(await reached(server)).toContain(`reached ${at.allowed}`);
	for (const elsewhere of [at.allowed, "evil.example"]) expect(await reached(elsewhere)).not.toContain("reached");
	expect(await rejoin()).toBe("success: Joined the tailnet as box-otter.example-tailnet.ts.net.");
	expect(exchange.nodes.get("box-otter")).toEqual({ tags: ["tag:devbox"], isEphemeral: true });
	expect(await posts()).toContain("controlplane.tailscale.com/api/v2/oauth/token-exchange\n");
	const decided = await until("the filter's decision is noted", () =>
		world.db.prisma.networkDecision.findFirst({
			where: { devboxId: id, name: "controlplane.tailscale.com", protocol: "tls" },
		}),
	);
	expect(decided).toMatchObject({ verdict: "allowed", rule: "*.tailscale.com" });
});

test("a box whose list does not have it says which name it wants, and shows its token to nobody", async () => {
	await list("other.example");
	await until("the list holds", async () => !(await reached(server)).includes("reached"));
	const [taken, before] = [exchange.taken.length, await posts()];
	expect(await rejoin()).toBe(
		"success: Warning: Tailscale: Its network policy does not list *.tailscale.com, which Tailscale needs. Add it to the list, or leave Tailscale off. The devbox is ready without it.",
	);
	expect(await getDevboxTailscale(deps(), world.actor, params())).toMatchObject({
		status: "failed",
		message: expect.stringContaining("does not list *.tailscale.com"),
	});
	expect(exchange.taken).toHaveLength(taken);
	expect(await posts()).toBe(before);
});

test("it joins once its list has it, and is off the tailnet, by its filter, when it is destroyed", async () => {
	await list("*.tailscale.com");
	await until("the list holds", async () => (await reached(server)).includes("reached"));
	expect(await rejoin()).toContain("success: Joined the tailnet as box-otter");
	await deleteDevbox(deps(), world.actor, params());
	await until("its node is gone", () => exchange.nodes.size === 0);
	expect(await posts()).toContain("controlplane.tailscale.com/stand-in/logout\n");
	await until("its machine is gone", async () => (await world.row(id)).releasedAt);
});
