import { describe, expect, test } from "vitest";
import {
	dashboardSeenBy,
	parsePreviewHost,
	previewBaseOf,
	previewBaseSeenBy,
	previewLabel,
	previewOrigin,
	safePreviewPath,
} from "./preview-host.ts";

const base = { protocol: "http:", domain: "localhost", port: "3000" } as const;
const baseOf = (publicUrl: string, previewDomain: string | null = null) =>
	previewBaseOf({ publicUrl: new URL(publicUrl), previewDomain });

describe("where previews are", () => {
	test("a server on loopback has them below localhost, on its own port", () => {
		for (const url of [
			"http://127.0.0.1:3000",
			"http://localhost:3000",
			"http://[::1]:3000",
			"http://devbox.localhost:3000",
		])
			expect(baseOf(url), url).toEqual(base);
	});

	test("a server with a name has them below that name, one that has only an address nowhere", () => {
		expect(baseOf("https://devbox.example.com")).toEqual({
			protocol: "https:",
			domain: "preview.devbox.example.com",
			port: "",
		});
		expect(baseOf("http://192.168.1.5:3000")).toBeNull();
		expect(baseOf("http://[fd00::1]:3000")).toBeNull();
	});

	test("what the operator says goes before all, with a port of its own if it has one", () => {
		expect(baseOf("https://devbox.example.com:8443", "Boxes.example.net")?.domain).toBe("boxes.example.net");
		expect(baseOf("https://devbox.example.com:8443", "boxes.example.net")?.port).toBe("8443");
		expect(baseOf("http://192.168.1.5:3000", "boxes.example.net:80")).toMatchObject({ port: "80" });
	});

	test("a forwarded port leads back to where the browser came from, on loopback only", () => {
		expect(previewBaseSeenBy(base, "3000--web.localhost:8080").port).toBe("8080");
		const publicUrl = new URL("http://127.0.0.1:3000");
		expect(dashboardSeenBy({ base, publicUrl, hostHeader: "web.localhost:8080" })).toBe("http://127.0.0.1:8080");
		const named = { ...base, domain: "preview.devbox.test" };
		expect(previewBaseSeenBy(named, "web.preview.devbox.test:8080").port).toBe("3000");
		const other = { base: named, publicUrl: new URL("https://devbox.test"), hostHeader: "x:1" };
		expect(dashboardSeenBy(other)).toBe("https://devbox.test");
	});
});

describe("a preview's host name", () => {
	test("names a port of a devbox, or the devbox", () => {
		expect(parsePreviewHost(base, "3000--web.localhost:3000")).toEqual({ label: "web", port: 3000 });
		expect(parsePreviewHost(base, "65535--A-b--c.LOCALHOST")).toEqual({ label: "a-b--c", port: 65_535 });
		expect(parsePreviewHost(base, "web.localhost")).toEqual({ label: "web", port: null });
	});

	test("is refused in any other form", () => {
		for (const host of [
			"",
			"localhost",
			".localhost",
			"localhost:3000",
			"3000--.localhost",
			"-web.localhost",
			"web-.localhost",
			"a.b.localhost",
			"3000--a.b.localhost",
			"web.localhost.evil.example",
			"web.notlocalhost",
			"weblocalhost",
			"web.localhost.",
			"65536--web.localhost",
			"we b.localhost",
			"3000--web.localhost:3000:1",
			"evil@web.localhost",
			`${"x".repeat(64)}.localhost`,
		])
			expect(parsePreviewHost(base, host), host).toBeNull();
	});

	test("is a DNS label whatever the devbox is called, and never another devbox's", () => {
		const id = "dbx_0123456789abcdef";
		expect(previewLabel({ id, name: "web" })).toBe("web");
		for (const name of ["x".repeat(57), "3000--web", "dbx-fedcba9876543210"])
			expect(previewLabel({ id, name }), name).toBe("dbx-0123456789abcdef");
		const longest = previewLabel({ id, name: "x".repeat(56) });
		expect(`65535--${longest}`).toHaveLength(63);
	});

	test("comes back as it was made", () => {
		expect(previewOrigin(base, { label: "web", port: 8080 })).toBe("http://8080--web.localhost:3000");
		expect(previewOrigin(base, { label: "web", port: null })).toBe("http://web.localhost:3000");
		expect(previewOrigin({ ...base, protocol: "https:", port: "" }, { label: "web", port: "{port}" })).toBe(
			"https://{port}--web.localhost",
		);
	});
});

test("a path to go on to never leads elsewhere", () => {
	expect(safePreviewPath("/a/b?c=d&e")).toBe("/a/b?c=d&e");
	for (const path of [
		null,
		"",
		"a",
		"//evil.example/x",
		"/\\evil.example",
		"https://evil.example",
		`/${"x".repeat(5_000)}`,
	])
		expect(safePreviewPath(path), String(path)).toBe("/");
	for (const path of ["/..//evil.example", "/./\\/evil.example"]) {
		const to = `http://3000--web.localhost:3000${safePreviewPath(path)}`;
		expect(new URL(to).host, path).toBe("3000--web.localhost:3000");
	}
});
