import { describe, expect, test } from "vitest";
import type { RequestEdge } from "../edge/request-edge.ts";
import { requestHeaders, responseHeaders } from "./proxy-headers.ts";

const edge: RequestEdge = { host: "devbox.example.com", protocol: "https", clientAddress: "203.0.113.9" };

describe("headers on the way to the web process", () => {
	test("what only a proxy or Next itself may say is cut, in any spelling of the client's", () => {
		const forged = {
			"x-middleware-subrequest": "proxy:proxy:proxy",
			"x-middleware-rewrite": "/admin",
			"x-forwarded-host": "evil.example",
			"x-forwarded-proto": "http",
			"x-forwarded-for": "127.0.0.1",
			"x-forwarded-port": "1",
			forwarded: "host=evil.example",
			"x-real-ip": "127.0.0.1",
			"x-devbox-user": "usr_admin",
			"x-invoke-path": "/admin",
			"x-now-route-matches": "1",
			"x-matched-path": "/admin",
			"x-nextjs-data": "1",
			"next-resume": "1",
		};
		expect(requestHeaders({ ...forged, accept: "text/html", cookie: "a=b", "next-action": "1" }, edge)).toEqual({
			accept: "text/html",
			cookie: "a=b",
			"next-action": "1",
			host: "devbox.example.com",
			"x-forwarded-host": "devbox.example.com",
			"x-forwarded-proto": "https",
			"x-forwarded-for": "203.0.113.9",
		});
	});

	test("the length of a body stays, though Connection names it", () => {
		const headers = requestHeaders({ connection: "content-length, host", "content-length": "5" }, edge);
		expect(headers).toMatchObject({ "content-length": "5", host: edge.host });
	});

	test("what speaks of one connection ends there, and what Connection names", () => {
		const headers = requestHeaders(
			{
				connection: "keep-alive, X-Secret-Hop",
				"x-secret-hop": "1",
				"keep-alive": "5",
				te: "trailers",
				upgrade: "h2c",
				"proxy-authorization": "x",
				"transfer-encoding": "chunked",
			},
			edge,
		);
		expect(Object.keys(headers).sort()).toEqual(["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]);
	});
});

test("on the way back connection headers and the maker's name are cut, cookies stay apart", () => {
	const headers = responseHeaders({
		connection: "close",
		"transfer-encoding": "chunked",
		"x-powered-by": "Next.js",
		"x-middleware-set-cookie": "a",
		"set-cookie": ["a=1", "b=2"],
		"content-type": "text/html",
	});
	expect(headers).toEqual({ "set-cookie": ["a=1", "b=2"], "content-type": "text/html" });
});
