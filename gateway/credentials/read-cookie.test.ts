import { expect, test } from "vitest";
import { readCookie } from "./credentials.ts";

test("the session's cookie is found among others, by its whole name", () => {
	expect(readCookie("a=1; devbox_session=tok=en; b=2", "devbox_session")?.reveal()).toBe("tok=en");
	expect(readCookie("xdevbox_session=1", "devbox_session")).toBeNull();
	expect(readCookie("devbox_session", "devbox_session")).toBeNull();
	expect(readCookie("devbox_session=", "devbox_session")).toBeNull();
	expect(readCookie(undefined, "devbox_session")).toBeNull();
});
