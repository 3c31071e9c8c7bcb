import { expect, test } from "vitest";
import { curlSnippet, sdkSnippet, sshCommand, sshConfig, vsCodeUrl } from "./connect-snippets.ts";

const place = { host: "dev.example.com", port: 2222 };

test("snippets are filled in for the very box", () => {
	expect(sshCommand("otter", place)).toBe("ssh otter@dev.example.com -p 2222");
	expect(sshCommand("otter", { ...place, port: 22 })).toBe("ssh otter@dev.example.com");
	expect(sshConfig("otter", place)).toContain("Port 2222");
	expect(vsCodeUrl("otter", place)).toBe("vscode://vscode-remote/ssh-remote+otter@dev.example.com:2222/workspaces");
	expect(curlSnippet("dbx_1", "https://d.example")).toContain("/api/v1/devboxes/dbx_1/execs/run");
});

test("a display name with quotes stays one string of the program", () => {
	expect(sdkSnippet('my "box"', "https://d.example")).toContain(String.raw`c.box.get("my \"box\"")`);
});
