import { expect, test } from "vitest";
import { downloadUrl, fileNameProblem, joinPath, parentOf, stepsOf } from "./file-paths.ts";

test("paths go down and up again", () => {
	expect(joinPath("/", "a")).toBe("/a");
	expect(joinPath("/a", "b c")).toBe("/a/b c");
	expect([parentOf("/a/b"), parentOf("/a"), parentOf("/")]).toEqual(["/a", "/", "/"]);
	expect(stepsOf("/home/devbox")).toEqual([
		{ name: "/", path: "/" },
		{ name: "home", path: "/home" },
		{ name: "devbox", path: "/home/devbox" },
	]);
});

test("a hostile name stays one parameter of the download", () => {
	const url = new URL(downloadUrl("dbx_1", "/tmp/a&path=/etc/passwd?#x", "file"), "http://x");
	expect(url.searchParams.getAll("path")).toEqual(["/tmp/a&path=/etc/passwd?#x"]);
	expect(downloadUrl("dbx_1", "/tmp", "directory")).toContain("/archive?");
});

test("names that would be a path are refused", () => {
	for (const name of ["", ".", "..", "a/b", "ä".repeat(128)]) expect(fileNameProblem(name)).not.toBeNull();
	for (const name of ["a", "...", "a b", "-rf", "ä".repeat(127)]) expect(fileNameProblem(name)).toBeNull();
});
