/**
 * What a filter adds to a devbox's connections, beside a devbox without one: to each new HTTPS connection, to a large download, to 200
 * connections at once. Both reach the same server, in an Internet of this part's own on this machine; the product's filter must ask the
 * name server there (see the README). One program in the box measures, so that no way into the box is in the figures.
 */
import { internetAddresses, openTestInternet } from "../ops/host/test-internet.ts";
import type { Box } from "../sdk/src/index.ts";
import { type FigureTable, summarise } from "./figures.ts";
import { inTurns } from "./in-turns.ts";
import { orInterrupted } from "./interrupted.ts";
import type { Product } from "./product.ts";

const name = "allowed.example";
const at = internetAddresses(0);
/** What `DEVBOX_EGRESS_RESOLVERS` must name, for the product and for the benchmark. */
const resolver = at.dns;
const rounds = 6;
const connectionsPerRound = 40;
const together = 200;
/** Quick ones, whose rate the rest of the machine moves the most. */
const downloads = 12;
const downloadBytes = 200_000_000;
const execTimeoutMs = 60_000;

const pages = `
	def extra(self):
		if self.path != "/large": return False
		self.send_response(200); self.send_header("content-length", "${downloadBytes}"); self.end_headers()
		chunk = bytes(1_000_000)
		for n in range(${downloadBytes / 1_000_000}): self.wfile.write(chunk)
		return True
`;

/** Milliseconds of whole requests, each on a connection of its own: in turns, or all from one start. The name is looked up before. */
const connectSource = `
const tls = require("node:tls");
const [how, host, count] = process.argv.slice(1);
const secureContext = tls.createSecureContext();
const request = "GET / HTTP/1.1\\r\\nhost: ${name}\\r\\nconnection: close\\r\\n\\r\\n";
const one = (address) => new Promise((resolve, reject) => {
	const from = performance.now();
	const socket = tls.connect({ host: address, port: 443, servername: "${name}", secureContext, rejectUnauthorized: false });
	let said = "";
	socket.setTimeout(20_000, () => socket.destroy(new Error("timed out")));
	socket.once("secureConnect", () => socket.write(request));
	socket.on("data", (chunk) => { said += chunk; });
	socket.once("error", reject);
	socket.once("close", () => said.includes("reached") ? resolve(performance.now() - from) : reject(new Error("no answer")));
});
(async () => {
	const { address } = await require("node:dns").promises.lookup(host);
	const ms = [];
	if (how === "turns") for (let n = 0; n < count; n++) ms.push(await one(address));
	else ms.push(...await Promise.all(Array.from({ length: count }, () => one(address))));
	console.log(JSON.stringify(ms));
})().catch((error) => { console.error(String(error)); process.exitCode = 1; });
`;

/** `host`: the listed name, or the address itself where nothing stands between. */
type Contender = { box: Box; host: string };

export async function benchFilter(product: Product, table: FigureTable): Promise<void> {
	if (process.env.DEVBOX_EGRESS_RESOLVERS !== resolver)
		throw new Error(`Start the product, and this, with DEVBOX_EGRESS_RESOLVERS=${resolver}: bench/README.md says why.`);
	const internet = await openTestInternet({ link: "dbxbnch", at, names: { [name]: at.allowed }, pages });
	try {
		await using filtered = await create(product, { mode: "enforce", egress_domains: [name] });
		await using open = await create(product, { mode: "open" });
		const contenders = { filtered: { box: filtered, host: name }, open: { box: open, host: at.allowed } };
		await orInterrupted(async () => {
			for (const contender of Object.values(contenders)) await requireServer(contender);
			await addConnections(table, contenders);
			await addDownload(table, contenders);
			await addTogether(table, contenders);
		});
	} finally {
		await internet.close();
	}
}

type Contenders = Record<"filtered" | "open", Contender>;
type Asked = NonNullable<Parameters<Product["api"]["createDevbox"]>[0]["network_policy"]>;

function create(product: Product, policy: Asked): Promise<Box> {
	const boxName = `bench-filter-${Date.now() % 1_000_000}`;
	return orInterrupted(() => product.compute.box.create({ name: boxName, network_policy: policy }));
}

async function requireServer({ box, host }: Contender): Promise<void> {
	const { stdout, stderr } = await box.exec(["curl", "-sSk", "-m10", `https://${host}/`], { timeoutMs: execTimeoutMs });
	if (stdout.includes("reached")) return;
	throw new Error(
		`The devbox does not reach ${host}: ${stderr.trim()}. Was the product started with DEVBOX_EGRESS_RESOLVERS=${resolver}?`,
	);
}

async function addConnections(table: FigureTable, contenders: Contenders): Promise<void> {
	const ms = await inTurns(contenders, rounds, (contender) => connect("turns", contender, connectionsPerRound));
	const [filtered, open] = [summarise(ms.filtered.flat()), summarise(ms.open.flat())];
	const what = `a new HTTPS connection and one request by a filter`;
	const beside = (value: number) => ({ name: "without", value });
	table.add({
		name: `${what}, p50 of ${filtered.count}`,
		value: filtered.p50,
		unit: "ms",
		beside: beside(open.p50),
		goal: "<= 2 ms more",
	});
	table.add({ name: "the same, p95", value: filtered.p95, unit: "ms", beside: beside(open.p95) });
}

async function addDownload(table: FigureTable, contenders: Contenders): Promise<void> {
	const rates = await inTurns(contenders, downloads, download);
	table.add({
		name: `download of ${downloadBytes / 1_000_000} MB by a filter, p50 of ${downloads}`,
		value: summarise(rates.filtered).p50,
		unit: "MB/s",
		beside: { name: "without", value: summarise(rates.open).p50 },
		goal: ">= 0.8x",
	});
}

async function addTogether(table: FigureTable, contenders: Contenders): Promise<void> {
	const ms = await inTurns(contenders, rounds, (contender) => connect("together", contender, together));
	const [filtered, open] = [ms.filtered, ms.open].map((all) => all.map((burst) => Math.max(...burst)));
	table.add({
		name: `${together} connections at once by a filter: all answered, p50 of ${rounds}`,
		value: summarise(filtered ?? []).p50,
		unit: "ms",
		beside: { name: "without", value: summarise(open ?? []).p50 },
	});
}

/** Throws where one of them fails. */
async function connect(how: "turns" | "together", { box, host }: Contender, count: number): Promise<number[]> {
	const command = ["node", "-e", connectSource, how, host, String(count)];
	const { stdout, stderr, exitCode } = await box.exec(command, { timeoutMs: execTimeoutMs });
	if (exitCode !== 0) throw new Error(`${count} connections (${how}) to ${host}: ${stderr.trim()}`);
	return JSON.parse(stdout) as number[];
}

/** MB/s, connecting included. */
async function download({ box, host }: Contender): Promise<number> {
	const told = "%{size_download} %{time_total}";
	const where = host === name ? [] : ["--connect-to", `::${host}:443`];
	const command = ["curl", "-sSk", "-o", "/dev/null", "-w", told, ...where, `https://${name}/large`];
	const { stdout, stderr } = await box.exec(command, { timeoutMs: execTimeoutMs });
	const [bytes, seconds] = stdout.split(" ").map(Number);
	if (bytes !== downloadBytes || !seconds) throw new Error(`${host} gave ${bytes} bytes: ${stderr.trim()}`);
	return bytes / 1_000_000 / seconds;
}
