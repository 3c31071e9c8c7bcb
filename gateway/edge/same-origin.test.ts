import { describe, expect, test } from "vitest";
import type { RequestEdge } from "./request-edge.ts";
import { isOwnOrigin, isSameOriginRequest } from "./same-origin.ts";

const publicUrl = new URL("https://devbox.example.com");
const edge: RequestEdge = { host: "localhost:3001", protocol: "http", clientAddress: "127.0.0.1" };

describe("a page's origin", () => {
	test("is ours when it is the public one, or the one that it calls", () => {
		expect(isOwnOrigin("https://devbox.example.com", { edge, publicUrl })).toBe(true);
		expect(isOwnOrigin("http://localhost:3001", { edge, publicUrl })).toBe(true);
	});

	test("is foreign with another name, port or protocol, and when it is missing", () => {
		for (const origin of [
			undefined,
			"",
			"null",
			"https://evil.example",
			"https://devbox.example.com.evil.example",
			"http://devbox.example.com",
			"https://devbox.example.com:8443",
			"http://localhost:3002",
			"https://localhost:3001",
		])
			expect(isOwnOrigin(origin, { edge, publicUrl }), String(origin)).toBe(false);
	});
});

describe("a request that changes something", () => {
	test("is taken when the browser itself says that it is of the same origin", () => {
		expect(isSameOriginRequest({ "sec-fetch-site": "same-origin" }, { edge, publicUrl })).toBe(true);
	});

	test("is refused from a site beside ours, from elsewhere, and without any word", () => {
		for (const headers of [
			{},
			{ "sec-fetch-site": "same-site" },
			{ "sec-fetch-site": "none" },
			{ origin: "https://evil.example" },
		])
			expect(isSameOriginRequest(headers, { edge, publicUrl })).toBe(false);
	});
});
