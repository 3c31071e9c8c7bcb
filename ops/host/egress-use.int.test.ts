/**
 * What people do from a box with a list, and what becomes of it when a part of the filter fails: on this machine's real engine, with an
 * Internet of the test's own. Needs root.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FilterPolicy } from "../../lib/domain/filter-state.ts";
import type { Applied } from "../../lib/egress/filter-control.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { openTestFence, setUpTimeoutMs, type TestFence, until } from "./test-fence.ts";
import { internetAddresses, openTestInternet, type TestInternet } from "./test-internet.ts";

const at = internetAddresses(120);
const { allowed: allowedAddress, other: otherAddress, dns: dnsAddress } = at;
vi.setConfig({ testTimeout: 120_000 });

const policy: FilterPolicy = {
	id: "puse",
	mode: "enforce",
	domains: ["allowed.example", "git.example", "many.example", "moving.example", "registry.example", "turning.example"],
	services: [],
};
const none: FilterPolicy = { id: "pnone", mode: "enforce", domains: [], services: [] };
const boxes = { use: { place: 10, policy } };
const isIntact = { kind: "applied", problem: null, mended: [] };

const names = {
	"allowed.example": allowedAddress,
	"git.example": allowedAddress,
	"registry.example": allowedAddress,
	"many.example": Array.from({ length: 50 }, (_, i) => at.more(i)),
	"moving.example": allowedAddress,
	"turning.example": allowedAddress,
	"evil.example": otherAddress,
};

/** A WebSocket that says a line again and again, a package registry, and a repository as plain files. */
const pages = `
	def extra(self):
		if self.headers.get("upgrade", "").lower() == "websocket":
			key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
			self.send_response(101); self.send_header("upgrade", "websocket"); self.send_header("connection", "Upgrade")
			self.send_header("sec-websocket-accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()); self.end_headers()
			try:
				while True: self.wfile.write(b"\\\\x81\\\\x04tick"); self.wfile.flush(); time.sleep(0.1)
			except OSError: pass
			self.close_connection = True
			return True
		file = root + "/files" + self.path.split("?")[0]
		if os.path.isdir(file): file += "/index.json"
		if not os.path.isfile(file): return False
		self.send_response(200); self.say(open(file, "rb").read())
		return True
`;

let internet: TestInternet;
let fence: TestFence<"use">;
const inBox = (script: string) => fence.inBox("use", script);
const fetched = (url: string) => fence.fetched("use", url);
const mendedOf = (applied: Applied) => (applied.kind === "applied" ? applied.mended.map(({ part }) => part) : []);

beforeAll(async () => {
	internet = await openTestInternet({ link: "dbxtuse", at, names, pages });
	await Promise.all([makeRegistry(), makeRepository()]);
	fence = await openTestFence({ installId: "tstuse", boxes, resolver: dnsAddress, memoryMib: 2048 });
	expect(await fence.enforce()).toEqual(isIntact);
}, setUpTimeoutMs);

afterAll(async () => {
	await internet?.close();
	await fence?.close();
}, setUpTimeoutMs);

describe("from a box with a list", () => {
	it("a package comes from a listed registry, and from no other", async () => {
		const install = (name: string) =>
			inBox(
				`rm -rf /tmp/p; mkdir /tmp/p; cd /tmp/p; npm install --strict-ssl=false --no-audit --no-fund --fetch-retries=0 --registry https://${name}/ tiny 2>&1; cat node_modules/tiny/index.js`,
			);
		expect(await install("registry.example")).toContain("from the registry");
		expect(await install("evil.example")).toMatch(/ENOTFOUND/);
	});

	it("a repository is cloned over https and over SSH from a listed host, and from no other", async () => {
		const clone = (from: string) =>
			inBox(`rm -rf /tmp/r; git -c http.sslVerify=false clone -q ${from} /tmp/r 2>&1; cat /tmp/r/README`);
		expect(await clone("https://git.example/repo.git")).toContain("a repository");
		expect(await clone("https://evil.example/repo.git")).toMatch(/Could not resolve/);
		await putSshKey();
		const overSsh = (from: string) =>
			inBox(
				`rm -rf /tmp/r; GIT_SSH_COMMAND='ssh -i /root/key -o StrictHostKeyChecking=no -o ConnectTimeout=10' git clone -q ${from} /tmp/r 2>&1; cat /tmp/r/README`,
			);
		expect(await overSsh(`ssh://root@git.example${internet.dir}/files/repo.git`)).toContain("a repository");
		expect(await overSsh(`ssh://root@evil.example${internet.dir}/files/repo.git`)).toMatch(/Could not resolve/);
		expect(await overSsh(`ssh://root@${otherAddress}${internet.dir}/files/repo.git`)).toMatch(/closed|reset|refused/i);
	});

	it("a container of its own Docker reaches what the box does, and no more", async () => {
		await inBox(
			"systemctl start docker; mkdir -p /tmp/c; tar -chf /tmp/c.tar $(ldd /usr/bin/curl | grep -o '/[^ ]*') /usr/bin/curl /etc/nsswitch.conf 2>/dev/null; docker import /tmp/c.tar tool 2>&1",
		);
		const inContainer = (flags: string, url: string) =>
			inBox(`docker run --rm --init ${flags} tool /usr/bin/curl -skS -m10 ${url} 2>&1`);
		expect(await inContainer("", "https://allowed.example/")).toContain(`reached ${allowedAddress}`);
		for (const [flags, url] of [
			["", "https://evil.example/"],
			["", `https://${otherAddress}/`],
			[`--dns ${dnsAddress} --add-host evil.example:${otherAddress}`, "https://evil.example/"],
			["--privileged --network host", `http://${otherAddress}:2222/`],
		])
			expect(await inContainer(flags ?? "", url ?? "")).not.toContain("reached");
	});

	it.each(["http", "https"])("a WebSocket over %s stays, until a change of policy forbids it", async (scheme) => {
		const socket = inBox(
			`curl -skN --http1.1 -m60 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' ${scheme}://allowed.example/ > /tmp/ticks; echo "ended $?"`,
		);
		await until(async () => (await inBox("grep -ao tick /tmp/ticks | wc -l")) >= "20", 60_000);
		await fence.enforce({ instead: { use: none } });
		expect(await socket).toMatch(/^ended (0|18|52|56)$/);
		await fence.enforce();
	});
});

describe("a name server of the Internet", () => {
	it("may give fifty addresses", async () => {
		await Promise.all(names["many.example"].map((address) => internet.addAddress(address)));
		expect(await fetched("https://many.example/")).toMatch(/many.example reached/);
	});

	it("may change its mind, and the new address is dialled; where it is private, nothing is", async () => {
		expect(await fetched("https://moving.example/")).toContain(`reached ${allowedAddress}`);
		await internet.setNames({ ...names, "moving.example": otherAddress });
		await until(async () => (await fetched("https://moving.example/")).includes(`reached ${otherAddress}`));
		await internet.setNames({ ...names, "moving.example": "10.60.60.60" });
		await until(async () => (await fetched("http://moving.example/")).includes("denied_address"));
		expect(await fetched("https://moving.example/")).not.toContain("reached");
	});

	it("may take its time", async () => {
		internet.pauseNames();
		const waiting = inBox("curl -skS -m30 https://turning.example/ 2>&1");
		await until(async () => (await fence.inFilter("ss -Htn state established sport = :1443")) !== "");
		internet.resumeNames();
		expect(await waiting).toContain("reached");
	});
});

describe("when a part of the filter fails", () => {
	const opens = "https://allowed.example/";

	it.each(["resolver", "proxy"] as const)(
		"its %s that stands still is started by the next look, which tells of it; meanwhile nothing is open",
		async (part) => {
			await fence.inFilter(`systemctl stop devbox-egress-${part}`);
			for (const url of [`https://${otherAddress}/`, "https://evil.example/"])
				expect(await fetched(url)).not.toContain("reached");
			if (part === "proxy") expect(await fetched(opens)).not.toContain("reached");
			expect(mendedOf(await fence.enforce())).toContain(part);
			await until(async () => (await fetched(opens)).includes("reached"));
		},
	);

	it("a process that was killed is there again, before anybody looks", async () => {
		await fence.inFilter("systemctl kill -s KILL devbox-egress-proxy devbox-egress-resolver");
		await until(async () => (await fetched(opens)).includes("reached"));
	});

	it("its rules being gone opens nothing, and the next look sets them again", async () => {
		const send = (words: string) =>
			inBox(`echo -n ${words} > /dev/udp/${otherAddress}/7777; ping -c1 -W1 ${otherAddress}`);
		await fence.enforce({ instead: { use: { ...policy, id: "pwatched", mode: "observe" } } });
		await send("observed");
		await until(async () => (await internet.heard("observed")).length > 0);
		await fence.enforce();
		await fence.inFilter("nft flush ruleset");
		expect(await fetched(`http://${otherAddress}/`)).not.toContain("reached");
		await send("flushed");
		expect(await fetched(opens)).not.toContain("reached");
		expect(mendedOf(await fence.enforce())).toContain("rules");
		expect(await fetched(opens)).toContain("reached");
		expect(await internet.heard("flushed")).toEqual([]);
	});

	it("and a box that starts again is where it was", async () => {
		await fence.engine.stop({ name: "dbx-use", graceMs: 0 });
		await fence.engine.start({ name: "dbx-use" });
		await until(async () => (await fetched(opens)).includes("reached"));
		expect(await fetched(`http://${otherAddress}/`)).not.toContain("reached");
	});
});

async function makeRegistry(): Promise<void> {
	const dir = path.join(internet.dir, "package");
	await mkdir(dir);
	await writeFile(path.join(dir, "package.json"), JSON.stringify({ name: "tiny", version: "1.0.0", main: "index.js" }));
	await writeFile(path.join(dir, "index.js"), "// from the registry\n");
	const files = path.join(internet.dir, "files");
	await mkdir(path.join(files, "tiny/-"), { recursive: true });
	await runCommand({
		command: ["tar", "-C", internet.dir, "-czf", path.join(files, "tiny/-/tiny-1.0.0.tgz"), "package"],
	});
	const dist = { tarball: "https://registry.example/tiny/-/tiny-1.0.0.tgz" };
	const version = { name: "tiny", version: "1.0.0", dist };
	const document = { name: "tiny", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } };
	await writeFile(path.join(files, "tiny/index.json"), JSON.stringify(document));
}

async function makeRepository(): Promise<void> {
	const work = path.join(internet.dir, "work");
	const git = (...command: string[]) =>
		runCommand({ command: ["git", "-c", "user.name=t", "-c", "user.email=t@example", ...command] });
	await git("init", "-q", work);
	await writeFile(path.join(work, "README"), "a repository\n");
	await git("-C", work, "add", ".");
	await git("-C", work, "commit", "-qm", "first");
	const bare = path.join(internet.dir, "files/repo.git");
	await git("clone", "-q", "--bare", work, bare);
	await git("-C", bare, "update-server-info");
}

/** An SSH server of its own in the test's Internet, and the box's key to it. */
async function putSshKey(): Promise<void> {
	const file = (name: string) => path.join(internet.dir, name);
	for (const name of ["host-key", "box-key"])
		await runCommand({ command: ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file(name)] });
	const { stdout: key } = await runCommand({ command: ["cat", file("box-key")] });
	await writeFile(
		file("sshd.conf"),
		[
			`HostKey ${file("host-key")}`,
			`AuthorizedKeysFile ${file("box-key.pub")}`,
			"StrictModes no",
			"UsePAM no",
			"PermitRootLogin yes",
			"PidFile none",
			`ForceCommand GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=* git-upload-pack ${file("files/repo.git")}`,
		].join("\n"),
	);
	await mkdir("/run/sshd", { recursive: true });
	internet.spawn(["/usr/sbin/sshd", "-D", "-f", file("sshd.conf")]);
	await inBox(`cat > /root/key <<'K'\n${key}K\nchmod 600 /root/key`);
	await until(
		async () => (await inBox("timeout 5 bash -c 'exec 3<>/dev/tcp/git.example/22; head -c 4 <&3'")) === "SSH-",
	);
}
