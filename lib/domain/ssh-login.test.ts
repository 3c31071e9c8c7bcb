import { expect, test } from "vitest";
import { parseSshLogin, withoutAccessSecrets, workspaceLabel } from "./ssh-login.ts";

test("a user name is a box, a box in a workspace, an id, or a secret", () => {
	const secret = `devbox_ssh_${"aB3_-".repeat(6)}xy`;
	expect(parseSshLogin(secret)).toEqual({ kind: "access_session", secret });
	expect(parseSshLogin("swift-otter-42")).toEqual({ kind: "devbox", name: "swift-otter-42", workspace: null });
	expect(parseSshLogin("work.ann-s-team")).toEqual({ kind: "devbox", name: "work", workspace: "ann-s-team" });
	expect(parseSshLogin("dbx_0123456789abcdef")).toMatchObject({ kind: "devbox", name: "dbx_0123456789abcdef" });
});

test.each([
	"",
	"root@x",
	"-oProxyCommand=x",
	"a.b.c",
	"A",
	"devbox_ssh_short",
	"work.",
	"wörk",
	"a\0b",
	`${"a".repeat(64)}`,
])("%j is none", (username) => expect(parseSshLogin(username)).toBeNull());

test("a secret does not get into a log by the path that names it", () => {
	const path = `/api/v1/devboxes/dbx_1/access/session/devbox_ssh_${"aB3_-".repeat(6)}xy`;
	expect(withoutAccessSecrets(path)).toBe("/api/v1/devboxes/dbx_1/access/session/devbox_ssh_[redacted]");
});

test("a workspace's name becomes what a user name may hold", () => {
	expect(workspaceLabel("Ann's Team!")).toBe("ann-s-team");
	expect(workspaceLabel("Ünï")).toBe("n");
	expect(workspaceLabel("???")).toBe("");
});
