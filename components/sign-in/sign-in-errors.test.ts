import { expect, test } from "vitest";
import { signInErrorText } from "./sign-in-errors.ts";

test("who is not invited is told whom to ask", () => {
	expect(signInErrorText("not_invited", ["ada", "grace"])).toContain("Ask ada or grace");
	expect(signInErrorText("not_invited", [])).toContain("whoever runs this server");
});

test("who came with a link that lets nobody in is told which, and what to do", () => {
	expect(signInErrorText("link_expired", [])).toContain("expired. Its time is up. Ask whoever sent it");
	expect(signInErrorText("link_removed", [])).toContain("An admin can invite your GitHub login");
	expect(signInErrorText("link_spent", [])).toContain("npm run sign-in-link");
	expect(signInErrorText("link_toString", [])).toBe("The sign-in did not come through. Try again.");
});

test("an error that was made up in the address is not repeated to the visitor", () => {
	expect(signInErrorText("<b>call 555</b>", [])).toBe("The sign-in did not come through. Try again.");
});
