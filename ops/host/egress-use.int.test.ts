/**
 * What people do from a box with a list, and what becomes of it when a part of the filter fails: on this machine's real engine, with an
 * Internet of the test's own. Needs root.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FilterPolicy } from "../../lib/domain/filter-state.ts";
import type { Applied } from "../../lib/egress/filter-control.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { openTestFence, type TestFence, until } from "./test-fence.ts";
import { setUpTimeoutMs } from "./test-fenced-host.ts";
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

/** Package registries, and a repository as plain files. */
const pages = `
	def extra(self):
		file = root + "/files" + self.path.split("?")[0]
		if os.path.isdir(file): file += "/index.json"
		if not os.path.isfile(file):
			if not self.path.startswith("/debian/"): return False
			self.send_response(404); self.say(b"no such file")
			return True
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
	await Promise.all([makeRegistry(), makeDebianRepository(), makeRepository()]);
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

	it.each(["http", "https"])(
		"a Debian package comes from a listed server over %s; from others it fails at once",
		async (scheme) => {
			const install = (host: string) =>
				inBox(`
				rm -rf /tmp/apt; mkdir -p /tmp/apt/lists/partial; dpkg --purge tiny-tool >/dev/null 2>&1
				echo 'deb [trusted=yes] ${scheme}://${host}/debian ./' > /tmp/apt/sources.list
				apt="apt-get -o Dir::Etc::SourceList=/tmp/apt/sources.list -o Dir::Etc::SourceParts=- -o Dir::State::Lists=/tmp/apt/lists -o Dir::Cache=/tmp/apt -o Acquire::https::Verify-Peer=false -o Acquire::Retries=0 -o APT::Update::Error-Mode=any"
				timeout 30 $apt update 2>&1 && timeout 30 $apt install -y --no-install-recommends tiny-tool 2>&1; echo "ended $?"; tiny-tool 2>&1`);
			expect(await install("registry.example")).toMatch(/ended 0\nfrom the Debian repository$/);
			const from = performance.now();
			expect(await install("evil.example")).toMatch(/Could not resolve 'evil.example'[\s\S]*ended 100\n.*not found$/);
			expect(await install(otherAddress)).toMatch(
				/(403 +Forbidden|Connection reset|Could not handshake)[\s\S]*ended 100\n.*not found$/i,
			);
			expect(performance.now() - from).toBeLessThan(20_000);
		},
	);

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

/** One package that is a script, as `dpkg-scanpackages` would list it. */
async function makeDebianRepository(): Promise<void> {
	const tree = path.join(internet.dir, "tiny-tool");
	await mkdir(path.join(tree, "DEBIAN"), { recursive: true });
	await mkdir(path.join(tree, "usr/bin"), { recursive: true });
	const control =
		"Package: tiny-tool\nVersion: 1.0\nArchitecture: all\nMaintainer: t <t@example>\nDescription: a test's\n";
	await writeFile(path.join(tree, "DEBIAN/control"), control);
	await writeFile(path.join(tree, "usr/bin/tiny-tool"), "#!/bin/sh\necho from the Debian repository\n", {
		mode: 0o755,
	});
	const folder = path.join(internet.dir, "files/debian");
	await mkdir(folder, { recursive: true });
	const file = path.join(folder, "tiny-tool.deb");
	await runCommand({ command: ["dpkg-deb", "--root-owner-group", "--build", tree, file] });
	const bytes = await readFile(file);
	const sha256 = createHash("sha256").update(bytes).digest("hex");
	const entry = `${control}Filename: ./tiny-tool.deb\nSize: ${bytes.length}\nSHA256: ${sha256}\n`;
	await writeFile(path.join(folder, "Packages"), entry);
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
