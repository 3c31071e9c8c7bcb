import { expect, test } from "vitest";
import type { WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import { changeOf, draftOf, fieldAt } from "./defaults-draft.ts";

const defaults: WorkspaceDefaultsResponse = {
	version: 3,
	image: { value: "builtin:base", locked: false },
	size: { value: "s", locked: true },
	repository: { value: { url: "github.com/org/repo", branch: null }, locked: false },
	setup_commands: { value: ["if true; then\necho a\nfi"], locked: false },
	setup_timeout_seconds: { value: 900, locked: false },
	auto_stop_idle_timeout: { value: "never", locked: false },
	expires_after: { value: "1w", locked: false },
	network_policy: { value: { mode: "enforce", egress_domains: ["a.example.com", "github.com"] }, locked: false },
	devboxes_per_member: { value: 10, locked: false },
	updated_at: null,
	updated_by: null,
};

test("what was not changed is not sent, a command of several lines among it", () => {
	expect(changeOf(draftOf(defaults), defaults)).toEqual({ version: 3 });
});

test("a value and a lock are changed each on their own", () => {
	const draft = draftOf(defaults);
	const locked = { ...draft.locked, size: false, image: true };
	expect(changeOf({ ...draft, size: "m", repository: " ", setup_timeout_seconds: "60", locked }, defaults)).toEqual({
		version: 3,
		image: { locked: true },
		size: { value: "m", locked: false },
		repository: { value: null },
		setup_timeout_seconds: { value: 60 },
	});
});

test("a problem of the branch is shown at the branch", () => {
	expect(fieldAt(["repository", "value", "branch"])).toBe("branch");
	expect(fieldAt(["repository", "value", "url"])).toBe("repository");
	expect(fieldAt(["size", "value"])).toBe("size");
});

test("names in another order are no change, and a name that is wrong goes on to be refused", () => {
	const draft = draftOf(defaults);
	const written = (names: string) => ({ ...draft, network_policy: { ...draft.network_policy, names } });
	expect(changeOf(written("GitHub.com, a.example.com"), defaults)).toEqual({ version: 3 });
	expect(changeOf(written("*"), defaults).network_policy).toEqual({
		value: { mode: "enforce", egress_domains: ["*"] },
	});
});
