import { expect, test } from "vitest";
import { isInView, readListView } from "./list-view-switch.tsx";
import { hasPage, type ListedDevbox } from "./listed-devbox.ts";

const box = (fields: Partial<ListedDevbox>) =>
	({ owner: { id: "usr_ada" }, access_mode: "private", ...fields }) as ListedDevbox;

test("only an admin's address shows all devboxes; anybody else's shows their own", () => {
	const all = new URLSearchParams("show=all");
	expect([readListView(all, true), readListView(all, false)]).toEqual(["all", "mine"]);
	expect(readListView(new URLSearchParams("show=workspace"), false)).toBe("workspace");
	expect(readListView(new URLSearchParams("show=nothing"), true)).toBe("mine");
});

test("another's private devbox is in the list of all alone, and has no page", () => {
	const hers = box({});
	expect((["mine", "workspace", "all"] as const).filter((view) => isInView(hers, view, "usr_me"))).toEqual(["all"]);
	expect([hasPage(hers, "usr_me"), hasPage(hers, "usr_ada")]).toEqual([false, true]);
	expect(hasPage(box({ access_mode: "workspace" }), "usr_me")).toBe(true);
});
