import { expect, test } from "vitest";
import { auditExportUrl, hasAuditFilters, readAuditView, toAuditQuery, writeAuditView } from "./audit-filters.ts";

const read = (text: string) => readAuditView(new URLSearchParams(text));

test("the address and the view say the same, and an unknown value is no filter", () => {
	const text = "q=key&action=token.create&actor=grace&target=dbx_1&outcome=refused&span=day";
	const params = new URLSearchParams();
	writeAuditView(params, read(text));
	expect(params.toString()).toBe(text);
	expect(hasAuditFilters(read("action=nonsense&outcome=fine&span=ever"))).toBe(false);
});

test("a span of time becomes a moment of a whole minute", () => {
	const now = Date.UTC(2026, 0, 2, 10, 20, 30);
	expect(toAuditQuery(read("span=day&outcome=failed"), now)).toEqual({
		outcome: "failed",
		since: "2026-01-01T10:20:00.000Z",
	});
	expect(toAuditQuery(read(""), now)).toEqual({});
});

test("the export asks for what is shown", () => {
	expect(auditExportUrl({ q: "a b&c" })).toBe("/api/v1/audit-events/export?q=a+b%26c");
	expect(auditExportUrl({})).toBe("/api/v1/audit-events/export");
});
