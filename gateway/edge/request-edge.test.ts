import { describe, expect, test } from "vitest";
import { parseTrustedProxies, readRequestEdge } from "./request-edge.ts";

function request(remoteAddress: string, headers: Record<string, string>) {
	return { headers, socket: { remoteAddress } } as unknown as Parameters<typeof readRequestEdge>[0];
}

const forwarded = {
	host: "10.0.0.5:3000",
	"x-forwarded-host": "devbox.example.com",
	"x-forwarded-proto": "https",
	"x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.1.2.3",
};

describe("what a request says about where it came in", () => {
	test("a stranger's X-Forwarded headers are not believed", () => {
		const trusted = parseTrustedProxies(["10.0.0.0/8"]);
		expect(readRequestEdge(request("203.0.113.9", forwarded), { isTls: false, trusted })).toEqual({
			host: "10.0.0.5:3000",
			protocol: "http",
			clientAddress: "203.0.113.9",
		});
	});

	test("a named proxy's are, and the client is whoever reached the outermost of them", () => {
		const trusted = parseTrustedProxies(["10.0.0.0/8", "::1"]);
		expect(readRequestEdge(request("::ffff:10.0.0.1", forwarded), { isTls: false, trusted })).toEqual({
			host: "devbox.example.com",
			protocol: "https",
			clientAddress: "203.0.113.9",
		});
	});

	test("a proxy that says nothing leaves what the connection says", () => {
		const trusted = parseTrustedProxies(["127.0.0.1"]);
		const edge = readRequestEdge(request("127.0.0.1", { host: "localhost:3000" }), { isTls: true, trusted });
		expect(edge).toEqual({ host: "localhost:3000", protocol: "https", clientAddress: "127.0.0.1" });
	});

	test("a typing error in the list of proxies stops the start", () => {
		for (const entry of ["proxy", "10.0.0.0/33", "10.0.0.0/x", "10.0.0/8", "fd00::/129"])
			expect(() => parseTrustedProxies([entry])).toThrow(entry);
	});
});
