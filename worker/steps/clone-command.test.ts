import { describe, expect, test } from "vitest";
import { cloneArgv, cloneProblem, parseCloned, progressOf } from "./clone-command.ts";

const asked = { url: "https://git.test/org/certificate", ref: "main", targetPath: "/workspaces/timed out", code: 128 };
const problem = (stderr: string) =>
	cloneProblem({ ...asked, stderr: `Cloning into '/workspaces/.certificate.cloning'...\n${stderr}` });

describe("the command", () => {
	test("has no word of a request in its script", () => {
		const hostile = { stateFolder: "/s", url: "https://h/$(id)", targetPath: "/workspaces/';id", ref: "x;id" };
		const argv = cloneArgv(hostile);
		expect(argv.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
		expect(argv[2]).toBe(cloneArgv({ stateFolder: "", url: "", targetPath: "", ref: null })[2]);
		expect(argv.slice(4)).toEqual(["/s", "https://h/$(id)", "/workspaces/';id", "branch", "x;id"]);
	});

	test("tells a commit from a name, and nothing from both", () => {
		const kindOf = (ref: string | null) => cloneArgv({ stateFolder: "", url: "", targetPath: "", ref }).at(-2);
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
	expect(parseCloned(`branch=main\ncommit=${"a".repeat(40)}\n`)).toEqual({ branch: "main", commit: "a".repeat(40) });
	expect(parseCloned("branch=\ncommit=\n")).toEqual({ branch: null, commit: null });
	expect(parseCloned("branch=a b\ncommit=xyz")).toEqual({ branch: null, commit: null });
});

test("progress is the state that git last drew", () => {
	expect(progressOf("remote: Counting objects:  10% (1/10)\rReceiving objects:  45% (90/200), 1.20 MiB\r")).toBe(
		"Receiving objects:  45% (90/200), 1.20 MiB",
	);
	expect(progressOf("warning: something\n")).toBeNull();
});
