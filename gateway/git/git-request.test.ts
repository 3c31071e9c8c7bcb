import { describe, expect, it } from "vitest";
import { parseGitRequest } from "./git-request.ts";

const asked = (method: string, target: string) => parseGitRequest({ method, target });

describe("a request of git", () => {
	it("is one of four, with or without .git", () => {
		const fetch = { fullName: "org/repo", service: "git-upload-pack" };
		expect(asked("GET", "/org/repo/info/refs?service=git-upload-pack")).toEqual({ ...fetch, isAdvertisement: true });
		expect(asked("POST", "/org/repo.git/git-upload-pack")).toEqual({ ...fetch, isAdvertisement: false });
		const push = { fullName: "org/repo", service: "git-receive-pack" };
		expect(asked("GET", "/org/repo.git/info/refs?service=git-receive-pack")).toEqual({
			...push,
			isAdvertisement: true,
		});
		expect(asked("POST", "/org/repo/git-receive-pack")).toEqual({ ...push, isAdvertisement: false });
	});

	it.each([
		["GET", "/org/repo/info/refs"],
		["GET", "/org/repo/info/refs?service=git-upload-archive"],
		["GET", "/org/repo/info/refs?service=git-upload-pack&x=1"],
		["GET", "/org/repo/HEAD"],
		["GET", "/org/repo/objects/info/packs"],
		["GET", "/org/repo/git-upload-pack"],
		["POST", "/org/repo/info/lfs/objects/batch"],
		["POST", "/org/../user/repo/git-receive-pack"],
		["POST", "/org/%2e%2e/git-receive-pack"],
		["POST", "/-org/repo/git-receive-pack"],
		["POST", "/org/re$(id)po/git-receive-pack"],
		["POST", "//org/repo/git-receive-pack"],
		["POST", "http://elsewhere.test/org/repo/git-receive-pack"],
		["PUT", "/org/repo/git-receive-pack"],
	])("is not %s %s", (method, target) => {
		expect(asked(method, target)).toBeNull();
	});
});
