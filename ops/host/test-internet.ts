/**
 * An Internet of a test's own: a network namespace with documentation addresses, a name server, and servers that say where they were
 * reached, and to a WebSocket "tick" again and again. Nothing of it leaves this machine: what no box may reach stands on a bridge of the test's own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runCommand } from "../../lib/process/run-command.ts";

/** What no box may reach. */
export const closedAddresses = ["169.254.169.254", "10.60.60.60"] as const;

/** Routes are the machine's: two tests at once have addresses of their own, from `first` (0 or 120) on. */
export function internetAddresses(first: 0 | 120) {
	const at = (n: number) => `198.51.100.${first + n}`;
	/** A listed name is at `allowed`; `other` is somebody that no policy lists; `own` is the host's. */
	return { host: at(1), allowed: at(10), other: at(20), own: at(99), dns: at(53), more: (n: number) => at(54 + n) };
}
type Addresses = ReturnType<typeof internetAddresses>;

export type TestInternet = {
	/** Of this test's own; its servers' files, logs and certificate. */
	dir: string;
	/** Runs a program in it until the test is over. */
	spawn(command: string[]): ChildProcess;
	/** Name -> its addresses, in place of those that it had. */
	setNames(names: Record<string, string | readonly string[]>): Promise<void>;
	/** One more that its servers answer at. */
	addAddress(address: string): Promise<void>;
	/** Stops the name server from answering, and lets it go on. */
	pauseNames(): void;
	resumeNames(): void;
	/** What the name server was asked, and what datagrams came to the second address, that has this in it. */
	heard(part: string): Promise<string[]>;
	close(): Promise<void>;
};

/** `link`: first letters of its interfaces. A test that was killed leaves it behind: the next one of the same name removes it. */
export async function openTestInternet(o: {
	link: string;
	at: Addresses;
	names: Record<string, string | readonly string[]>;
	/** Python, with `serve(port, tls)` at hand and a class `Page` whose `extra(self)` answers what it wants to. */
	pages?: string;
}): Promise<TestInternet> {
	const place = { namespace: `${o.link}-out`, link: `${o.link}0`, closed: `${o.link}1` };
	await remove(place);
	const dir = await mkdtemp(path.join(tmpdir(), "devbox-internet-"));
	await makeInterfaces(place, o.at);
	const children: ChildProcess[] = [];
	const spawnInside = (command: string[]) => {
		const child = spawn("ip", ["netns", "exec", place.namespace, ...command], { stdio: ["ignore", "pipe", "ignore"] });
		children.push(child);
		return child;
	};
	const hosts = path.join(dir, "hosts");
	const [dnsLog, datagrams] = [path.join(dir, "dns.log"), path.join(dir, "datagrams.log")];
	for (const log of [dnsLog, datagrams]) await writeFile(log, "", { mode: 0o666 });
	const setNames = async (names: Record<string, string | readonly string[]>) => {
		const lines = Object.entries(names).flatMap(([name, addresses]) => [addresses].flat().map((a) => `${a} ${name}`));
		await writeFile(hosts, `${lines.join("\n")}\n`);
	};
	await setNames(o.names);
	const wild = [`address=/wild.example/${o.at.allowed}`, `address=/evilwild.example/${o.at.other}`];
	await writeFile(
		path.join(dir, "dns.conf"),
		["no-resolv", "no-hosts", `addn-hosts=${hosts}`, "log-queries", "local=/example/", ...wild].join("\n"),
	);
	const names = spawnInside(nameServer({ dir, log: dnsLog, address: o.at.dns }));
	await certificate(dir);
	await writeFile(path.join(dir, "server.py"), `${webServer.replace("#pages", o.pages ?? "")}`);
	const web = spawnInside(["python3", path.join(dir, "server.py"), dir, datagrams, o.at.other]);
	await new Promise((resolve) => web.stdout?.once("data", resolve));
	return {
		dir,
		spawn: spawnInside,
		async setNames(changed) {
			await setNames(changed);
			names.kill("SIGHUP");
		},
		async addAddress(address) {
			const { namespace, link } = place;
			for (const command of [`-n ${namespace} addr add ${address}/24 dev eth0`, `route add ${address}/32 dev ${link}`])
				await runCommand({ command: ["ip", ...command.split(" ")] });
		},
		pauseNames: () => names.kill("SIGSTOP"),
		resumeNames: () => names.kill("SIGCONT"),
		async heard(part) {
			const logs = await Promise.all([dnsLog, datagrams].map((log) => readFile(log, "utf8")));
			return logs
				.join("\n")
				.split("\n")
				.filter((line) => line.includes(part));
		},
		async close() {
			for (const child of children) child.kill("SIGKILL");
			await remove(place);
			await rm(dir, { recursive: true });
		},
	};
}

type Place = { namespace: string; link: string; closed: string };

function nameServer(o: { dir: string; log: string; address: string }): string[] {
	const config = path.join(o.dir, "dns.conf");
	const where = [`--listen-address=${o.address}`, "--bind-interfaces", `--log-facility=${o.log}`];
	return ["dnsmasq", "-k", "-C", config, ...where, "--user=root", "--pid-file="];
}

async function certificate(dir: string): Promise<void> {
	const files = ["-keyout", path.join(dir, "key.pem"), "-out", path.join(dir, "certificate.pem")];
	const subject = ["-subj", "/CN=allowed.example", "-days", "2", "-nodes"];
	await runCommand({ command: ["openssl", "req", "-x509", "-newkey", "rsa:2048", ...files, ...subject] });
}

const webServer = `
import base64, hashlib, http.server, os, socket, ssl, sys, threading, time
root, datagrams, second = sys.argv[1:4]
class Page(http.server.BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"
	def do_GET(self):
		if self.headers.get("upgrade", "").lower() == "websocket": return self.tick()
		if self.extra(): return
		self.send_response(200)
		if self.path == "/slow":
			self.send_header("content-length", "5000"); self.end_headers()
			for n in range(50): self.wfile.write(b"x" * 100); self.wfile.flush(); time.sleep(0.2)
			return
		self.say((self.headers.get("host", "").split(":")[0] + " reached " + self.connection.getsockname()[0]).encode())
	def say(self, body):
		self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
	def tick(self):
		key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
		self.send_response(101); self.send_header("upgrade", "websocket"); self.send_header("connection", "Upgrade")
		self.send_header("sec-websocket-accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()); self.end_headers()
		try:
			while True: self.wfile.write(b"\\x81\\x04tick"); self.wfile.flush(); time.sleep(0.1)
		except OSError: pass
		self.close_connection = True
	def extra(self): return False
	def log_message(self, *args): pass
#pages
class Server(http.server.ThreadingHTTPServer):
	request_queue_size = 512
def serve(port, tls=False):
	server = Server(("0.0.0.0", port), Page)
	if tls:
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(root + "/certificate.pem", root + "/key.pem")
		server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
	threading.Thread(target=server.serve_forever).start()
def sink(port):
	listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); listener.bind((second, port))
	while True:
		data, source = listener.recvfrom(2048)
		with open(datagrams, "a") as log: log.write("%s %s %d\\n" % (data.decode("latin-1"), source[0], port))
		listener.sendto(b"echo " + data, source)
for port in (443, 7777): threading.Thread(target=sink, args=(port,)).start()
serve(80); serve(2222); serve(443, True)
print("up", flush=True)
`;

async function makeInterfaces({ namespace, link, closed }: Place, at: Addresses): Promise<void> {
	const commands = [
		`netns add ${namespace}`,
		`link add ${link} type veth peer name eth0 netns ${namespace}`,
		`addr add ${at.host}/32 dev ${link}`,
		`addr add ${at.own}/32 dev ${link}`,
		`link set ${link} up`,
		`link add ${closed} type bridge`,
		...closedAddresses.map((address) => `addr add ${address}/32 dev ${closed}`),
		`link set ${closed} up`,
		...[at.allowed, at.other, at.dns].flatMap((address) => [
			`route add ${address}/32 dev ${link}`,
			`-n ${namespace} addr add ${address}/24 dev eth0`,
		]),
		`-n ${namespace} link set eth0 up`,
		`-n ${namespace} link set lo up`,
		`-n ${namespace} route add default via ${at.host}`,
	];
	for (const command of commands) await runCommand({ command: ["ip", ...command.split(" ")] });
}

async function remove({ namespace, link, closed }: Place): Promise<void> {
	const { stdout } = await runCommand({ command: ["ip", "netns", "list"] });
	if (stdout.includes(namespace)) await runCommand({ command: ["ip", "netns", "delete", namespace] });
	for (const name of [link, closed])
		await runCommand({ command: ["ip", "link", "delete", name], allowedCodes: [1, 2] });
}
