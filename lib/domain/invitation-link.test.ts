import { describe, expect, test } from "vitest";
import { invitationLinkStatus, invitationUrl, isInvitationSecret, mayInviteAs } from "./invitation-link.ts";

const now = new Date("2026-01-02T00:00:00Z");
const open = { endReason: null, useCount: 0, usesMax: 1, expiresAt: new Date("2026-01-03T00:00:00Z") };

describe("a link", () => {
	test("lets people in until it is used up, past its time, or ended before", () => {
		expect(invitationLinkStatus(open, now)).toBe("open");
		expect(invitationLinkStatus({ ...open, useCount: 1 }, now)).toBe("used_up");
		expect(invitationLinkStatus({ ...open, expiresAt: now }, now)).toBe("expired");
		expect(invitationLinkStatus({ ...open, endReason: "revoked" }, now)).toBe("revoked");
		expect(invitationLinkStatus({ ...open, endReason: "inviter" }, now)).toBe("inviter");
	});

	test("that ended for a reason nobody knows yet is not open", () => {
		expect(invitationLinkStatus({ ...open, endReason: "something" }, now)).toBe("revoked");
	});
});

test("nobody lends a right that they do not have", () => {
	expect([mayInviteAs("owner", "owner"), mayInviteAs("owner", "member")]).toEqual([true, true]);
	expect([mayInviteAs("admin", "owner"), mayInviteAs("admin", "admin")]).toEqual([false, true]);
	expect([mayInviteAs("member", "member"), mayInviteAs("member", "owner")]).toEqual([false, false]);
});

test("a secret is whole or none, and stands where no browser sends it", () => {
	const secret = `devbox_inv_${"a".repeat(43)}`;
	expect(isInvitationSecret(secret)).toBe(true);
	for (const wrong of [
		"",
		secret.slice(0, -1),
		`${secret}a`,
		`${secret}\n`,
		`devbox_pat_${"a".repeat(43)}`,
		`x${secret}`,
	])
		expect(isInvitationSecret(wrong)).toBe(false);
	const url = new URL(invitationUrl(new URL("https://box.example.com/"), secret));
	expect([url.pathname, url.search, url.hash]).toEqual(["/join", "", `#${secret}`]);
});
