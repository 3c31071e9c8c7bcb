import { expect, test } from "vitest";
import { signInErrorText } from "./sign-in-errors.ts";

test("who is not invited is told whom to ask", () => {
	expect(signInErrorText("not_invited", ["ada", "grace"])).toContain("Ask ada or grace");
	expect(signInErrorText("not_invited", [])).toContain("whoever runs this server");
});

test("an error that was made up in the address is not repeated to the visitor", () => {
	expect(signInErrorText("<b>call 555</b>", [])).toBe("The sign-in did not come through. Try again.");
});
