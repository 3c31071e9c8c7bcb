import { describe, expect, test } from "vitest";
import type { RequestEdge } from "../edge/request-edge.ts";
import { boxRequestHeaders, boxResponseHeaders } from "./preview-headers.ts";

const edge: RequestEdge = { host: "3000--web.localhost:3000", protocol: "http", clientAddress: "203.0.113.9" };
const set = {
	host: "3000--web.localhost:3000",
	"x-forwarded-host": "3000--web.localhost:3000",
	"x-forwarded-proto": "http",
	"x-forwarded-for": "203.0.113.9",
};

describe("headers on the way into a devbox", () => {
	test("carry no credential of ours, and nothing that only a proxy may say", () => {
		const headers = boxRequestHeaders(
			{
				host: "3000--web.localhost:3000",
				authorization: "Bearer devbox_pat_AAAA",
				"x-provider-token": "devbox_svc_AAAA",
				cookie: "devbox_preview=a; __Host-devbox_session=b",
				"x-forwarded-for": "127.0.0.1",
				"x-forwarded-port": "1",
				forwarded: "for=127.0.0.1",
				"x-real-ip": "127.0.0.1",
				"x-devbox-user": "root",
				expect: "100-continue",
				connection: "keep-alive, x-hop",
				"x-hop": "1",
				"proxy-authorization": "x",
			},
			edge,
		);
		expect(headers).toEqual(set);
	});

	test("carry the application's own", () => {
		const own = {
			authorization: "Bearer eyJhbGci",
			cookie: "sid=1",
			origin: "http://3000--web.localhost:3000",
			"x-a": "1",
		};
		expect(boxRequestHeaders(own, edge)).toEqual({ ...own, ...set });
		expect(boxRequestHeaders({ cookie: "sid=1; devbox_preview=x" }, edge).cookie).toBe("sid=1");
	});

	test("frame a body of unknown length, and only such a one", () => {
		expect(boxRequestHeaders({ "transfer-encoding": "chunked" }, edge)).toMatchObject({
			"transfer-encoding": "chunked",
		});
		expect(boxRequestHeaders({ "content-length": "5" }, edge)).not.toHaveProperty("transfer-encoding");
		expect(boxRequestHeaders({}, edge)).not.toHaveProperty("transfer-encoding");
	});
});

test("headers of a devbox say nothing about other names, nor in our name", () => {
	const headers = boxResponseHeaders({
		"content-type": "text/html",
		"content-length": "3",
		"transfer-encoding": "chunked",
		connection: "close",
		"strict-transport-security": "max-age=1; includeSubDomains",
		"public-key-pins": "x",
		"alt-svc": "h3=:1",
		"clear-site-data": '"*"',
		"x-devbox-preview": "nothing_listens",
		"set-cookie": ["sid=1; Domain=localhost", "devbox_session=evil", "b=2"],
	});
	expect(headers).toEqual({ "content-type": "text/html", "content-length": "3", "set-cookie": ["sid=1", "b=2"] });
	expect(boxResponseHeaders({ "set-cookie": ["devbox_session=evil"] })).toEqual({});
});
