import { describe, expect, test } from "vitest";
import { changeOf, requestOfTexts, textsOf } from "./tailscale-texts.ts";

const told = { client_id: "kTestCNTRL", tags: ["tag:devbox", "tag:ci"], hostname: "{name}", login_server: null };

describe("what a node joins with", () => {
	test("survives the way through the fields", () => {
		expect(requestOfTexts(textsOf(told))).toEqual(told);
		expect(requestOfTexts({ ...textsOf(told), tags: " tag:a,  tag:b " }).tags).toEqual(["tag:a", "tag:b"]);
	});

	test("is asked for only where it was changed", () => {
		const before = textsOf(told);
		expect(changeOf({ ...before, tags: "tag:devbox,tag:ci " }, before)).toEqual({});
		expect(changeOf({ ...before, hostname: "ci", login_server: "https://headscale.example.com" }, before)).toEqual({
			hostname: "ci",
			login_server: "https://headscale.example.com",
		});
		const other = textsOf({ ...told, login_server: "https://headscale.example.com" });
		expect(changeOf(before, other)).toEqual({ login_server: null });
	});
});
