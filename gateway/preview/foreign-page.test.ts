import { expect, test } from "vitest";
import { isForeignPage } from "./foreign-page.ts";

const base = { protocol: "https:", domain: "preview.example.com", port: "" } as const;
const target = { label: "web", port: 3000 };
const of = (headers: Record<string, string>, isNavigation = false) =>
	isForeignPage(headers, { base, target, isNavigation });

const own = "https://3000--web.preview.example.com";
const otherPort = "https://8000--web.preview.example.com";
const otherBox = "https://3000--evil.preview.example.com";

test("pages of the devbox itself, on whatever port, may ask it anything", () => {
	for (const origin of [own, otherPort]) {
		expect(of({ origin }), origin).toBe(false);
		expect(of({ origin, "sec-fetch-site": "same-site" })).toBe(false);
		expect(of({ referer: `${origin}/page`, "sec-fetch-site": "same-site" })).toBe(false);
	}
	// A page that tells nobody where it is sends `null`.
	expect(of({ origin: "null", "sec-fetch-site": "same-origin" })).toBe(false);
});

test("pages of another devbox, and of elsewhere, are let through only as links that are followed", () => {
	for (const origin of [
		otherBox,
		"https://example.com",
		"https://evil.example",
		"null",
		"http://3000--web.preview.example.com",
	]) {
		expect(of({ origin }), origin).toBe(true);
		expect(of({ origin, "sec-fetch-site": "same-site" }), origin).toBe(true);
		expect(of({ origin }, true), origin).toBe(true);
	}
	expect(of({ referer: `${otherBox}/`, "sec-fetch-site": "same-site" })).toBe(true);
	expect(of({ "sec-fetch-site": "same-site" })).toBe(true);
	expect(of({ "sec-fetch-site": "cross-site" })).toBe(true);
	expect(of({ referer: `${otherBox}/`, "sec-fetch-site": "same-site" }, true)).toBe(false);
});

test("programs, and what a person types, come from no page", () => {
	expect(of({})).toBe(false);
	expect(of({ "sec-fetch-site": "none" })).toBe(false);
});
