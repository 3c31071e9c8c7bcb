import { describe, expect, test } from "vitest";
import { safeNextPath } from "./next-path.ts";

describe("where a sign-in goes on to", () => {
	test("is the page that was asked for", () => {
		expect(safeNextPath("/devboxes/dbx_1?tab=terminal#x")).toBe("/devboxes/dbx_1?tab=terminal#x");
	});
	test.each([
		"//evil.example",
		"https://evil.example/",
		"/\\evil.example",
		"/..//evil.example",
		"/./\\/evil.example",
		"/\t/evil.example",
		"javascript:alert(1)",
		"",
		null,
		"/sign-in?next=/a",
		"/api/auth/signout",
	])("is never another origin, nor the sign-in itself: %j", (next) => expect(safeNextPath(next)).toBe("/devboxes"));
});
