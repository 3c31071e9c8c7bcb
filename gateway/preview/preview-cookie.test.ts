import { expect, test } from "vitest";
import {
	isOwnCookie,
	neutralSetCookie,
	previewCookie,
	readPreviewTokens,
	withoutOwnCookies,
} from "./preview-cookie.ts";

const token = "t".repeat(43);

test("the cookie is of one host, not for scripts, and over https bound to it by its name", () => {
	const plain = previewCookie({ protocol: "http", token, maxAgeMs: 43_200_000 });
	expect(plain).toBe(`devbox_preview=${token}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax`);
	const secure = previewCookie({ protocol: "https", token, maxAgeMs: 1_000 });
	expect(secure).toBe(`__Host-devbox_preview=${token}; Path=/; Max-Age=1; HttpOnly; SameSite=Lax; Secure`);
});

test("cookies of ours are known in any spelling, an application's stay its own", () => {
	for (const name of [
		"devbox_session",
		"__Host-devbox_session",
		"__HOST-Devbox_Session",
		"devbox_preview",
		"__Host-devbox_preview",
		"next-auth.session-token",
		"__Secure-next-auth.callback-url",
		"__Host-next-auth.csrf-token",
	])
		expect(isOwnCookie(name), name).toBe(true);
	for (const name of ["session", "devbox_sessions", "my_devbox_session", "connect.sid", "__Host-id", "nextauth"])
		expect(isOwnCookie(name), name).toBe(false);
});

test("a devbox gets the Cookie header without ours", () => {
	expect(withoutOwnCookies(`a=1; devbox_session=x;devbox_preview=y ; b="2; c==3`)).toBe('a=1; b="2; c==3');
	expect(withoutOwnCookies("devbox_session=x; __Host-next-auth.csrf-token=y")).toBeNull();
	expect(withoutOwnCookies("devbox_session")).toBeNull();
});

test("a cookie of our name that another page has set does not hide the right one", () => {
	const other = "x".repeat(43);
	expect(readPreviewTokens(`devbox_preview=${other}; devbox_preview=${token}`, "devbox_preview")).toEqual([
		other,
		token,
	]);
	expect(readPreviewTokens(`devbox_preview=short; devbox_preview=${token}`, "devbox_preview")).toEqual([token]);
	expect(readPreviewTokens(Array(100).fill(`devbox_preview=${token}`).join("; "), "devbox_preview")).toHaveLength(4);
	expect(readPreviewTokens(undefined, "devbox_preview")).toEqual([]);
});

test("a devbox's cookies stay on its own host and never have our names", () => {
	expect(neutralSetCookie("id=1; Path=/; HttpOnly")).toBe("id=1; Path=/; HttpOnly");
	expect(neutralSetCookie("id=1; Domain=.example.com; Path=/")).toBe("id=1; Path=/");
	expect(neutralSetCookie("id=1;domain=localhost;DOMAIN = x; Secure")).toBe("id=1; Secure");
	for (const cookie of [
		"devbox_session=evil",
		" devbox_session =evil; Path=/",
		"__Host-devbox_preview=evil; Secure",
		"next-auth.session-token=evil",
		"=devbox_session=evil",
		"devbox_session",
		"",
	])
		expect(neutralSetCookie(cookie), cookie).toBeNull();
});
