import { describe, expect, test } from "vitest";
import {
	cloneArgv,
	fetchArgv,
	finishArgv,
	parseCloned,
	prepareArgv,
	progressOf,
	receiveArgv,
	takeArgv,
} from "./clone-command.ts";
import { cloneProblem } from "./clone-problem.ts";

const asked = { url: "https://git.test/org/certificate", ref: "main", targetPath: "/workspaces/timed out", code: 128 };
const problem = (stderr: string) =>
	cloneProblem({ ...asked, hint: null, stderr: `Cloning into '/workspaces/.certificate.cloning'...\n${stderr}` });

const plain = { stateFolder: "", url: "", targetPath: "", ref: null, depth: null, submodules: false };

describe("the command", () => {
	test("has no word of a request in its script", () => {
		const hostile = { stateFolder: "/s", url: "https://h/$(id)", targetPath: "/workspaces/';id", ref: "x;id" };
		const argv = cloneArgv({ ...plain, ...hostile });
		expect(argv.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
		expect(argv[2]).toBe(cloneArgv(plain)[2]);
		expect(argv.slice(4)).toEqual(["/s", "https://h/$(id)", "/workspaces/';id", "branch", "x;id", "", "0"]);
	});

	test("for a mirror has no word of a request in its scripts either", () => {
		const place = { ...plain, url: "https://h/$(id)", targetPath: "/workspaces/';id" };
		const ref = { kind: "branch", name: "x;id", objectId: "", commit: "" } as const;
		const other = { kind: "branch", name: "", objectId: "", commit: "" } as const;
		const pack = { name: "pack-$(id)", packBytes: 2, indexBytes: 1 };
		for (const argv of [prepareArgv, receiveArgv, takeArgv, fetchArgv])
			expect(argv({ ...place, ref, pack })[2]).toBe(argv({ ...plain, ref: other, pack })[2]);
		const finish = (proxy: { url: string; insteadOf: string[] } | null) =>
			finishArgv({ ...place, ref, isDefault: true, proxy });
		expect(finish({ url: "http://p/$(id)", insteadOf: ["-x;id"] })[2]).toBe(finish(null)[2]);
		expect(finish({ url: "http://p/$(id)", insteadOf: ["-x;id"] }).slice(-3)).toEqual(["1", "http://p/$(id)", "-x;id"]);
	});

	test("tells a commit from a name, and nothing from both", () => {
		const kindOf = (ref: string | null) => cloneArgv({ ...plain, ref }).at(-4);
		expect([kindOf(null), kindOf("main"), kindOf("a".repeat(40))]).toEqual(["default", "branch", "commit"]);
	});
});

describe("a clone that failed", () => {
	test.each([
		["fatal: repository 'https://git.test/org/certificate/' not found", /^The repository was not found\. /],
		["fatal: could not read Username for 'https://git.test': terminal prompts disabled", /or is private/],
		["fatal: Remote branch main not found in upstream origin", /no branch, tag or commit "main"/],
		["fatal: remote error: upload-pack: not our ref aaaa", /no branch, tag or commit/],
		[
			"fatal: unable to access 'https://git.test/org/certificate/': SSL certificate problem: self-signed certificate",
			/certificate of git\.test is not trusted/,
		],
		["fatal: destination path already exists", /is there already/],
		[
			"fatal: transport 'file' not allowed\nfatal: clone of 'file:///etc' into submodule path '/workspaces/.x.cloning/lib/sub' failed",
			/^The submodule "sub" is at "file:\/\/\/etc", which is not cloned from/,
		],
		["fatal: write error: No space left on device", /disk is full/],
		["env-exec: cannot run git: No such file", /no git/],
		["fatal: something new", /exit code 128\): fatal: something new/],
	])("%s is told in words, and not tried again", (stderr, words) => {
		expect(problem(stderr)).toEqual({ kind: "final", message: expect.stringMatching(words) });
	});

	test.each([
		"fatal: unable to access 'https://git.test/org/certificate/': Could not resolve host: git.test",
		"fatal: unable to access 'https://git.test/': Failed to connect to git.test port 443 after 3 ms: Couldn't connect to server",
		"fatal: unable to access 'https://git.test/': The requested URL returned error: 503",
		"fatal: unable to access 'https://git.test/': GnuTLS recv error (-110): The TLS connection was non-properly terminated.",
		"error: RPC failed; curl 56 Recv failure: Connection reset by peer",
	])("%s is tried again", (stderr) => {
		expect(problem(stderr)).toEqual({
			kind: "no_network",
			message: expect.stringMatching(/^git\.test could not be reached/),
		});
	});
});

test("what a clone says of itself is believed only in the right form", () => {
	expect(parseCloned(`branch=main\ncommit=${"a".repeat(40)}\n`)).toEqual({
		branch: "main",
		commit: "a".repeat(40),
		lfsPointers: 0,
	});
	expect(parseCloned("branch=\ncommit=\nlfs=2\n")).toEqual({ branch: null, commit: null, lfsPointers: 2 });
	expect(parseCloned("branch=a b\ncommit=xyz\nlfs=x")).toEqual({ branch: null, commit: null, lfsPointers: 0 });
});

test("progress is the state that git last drew", () => {
	expect(progressOf("remote: Counting objects:  10% (1/10)\rReceiving objects:  45% (90/200), 1.20 MiB\r")).toBe(
		"Receiving objects:  45% (90/200), 1.20 MiB",
	);
	expect(progressOf("warning: something\n")).toBeNull();
});
