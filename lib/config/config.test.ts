import { expect, test } from "vitest";
import { parseListen, readConfig } from "./config.ts";

const complete = {
	DEVBOX_INSTALL_ID: "ab12cd",
	DEVBOX_DATA: "/var/lib/devbox/ab12cd",
	DATABASE_URL: "postgres://u:p@127.0.0.1:5432/devbox",
};

test("a complete environment is read, with the defaults of the embedded install", () => {
	const config = readConfig(complete);
	expect(config.listen).toEqual({ host: "127.0.0.1", port: 3000 });
	expect(config.publicUrl.origin).toBe("http://127.0.0.1:3000");
	expect(config.github).toBeNull();
});

test("every variable at fault is named at once", () => {
	expect(() => readConfig({ ...complete, DEVBOX_INSTALL_ID: "A!", DEVBOX_LISTEN: "3000" })).toThrow(
		/DEVBOX_INSTALL_ID[\s\S]*DEVBOX_LISTEN/,
	);
});

test("GitHub sign-in is on only with both id and secret, and its base URL has no trailing slash", () => {
	expect(readConfig({ ...complete, AUTH_GITHUB_ID: "x" }).github).toBeNull();
	const github = readConfig({
		...complete,
		AUTH_GITHUB_ID: "x",
		AUTH_GITHUB_SECRET: "y",
		AUTH_GITHUB_BASE_URL: "https://ghe.example/",
		AUTH_GITHUB_ALLOWED_ORGS: "a, b",
	}).github;
	expect(github?.clientSecret.reveal()).toBe("y");
	expect(github).toMatchObject({ clientId: "x", baseUrl: "https://ghe.example", allowedOrgs: ["a", "b"] });
});

test("addresses with IPv6 in brackets are read", () => {
	expect(parseListen("[::1]:3000")).toEqual({ host: "::1", port: 3000 });
});

test("previews have a domain name, with a port or without, and never an address", () => {
	expect(readConfig(complete).previewDomain).toBeNull();
	for (const name of ["preview.example.com", "boxes.test:8443", "localhost", "a-1.b2.example"])
		expect(readConfig({ ...complete, PREVIEW_DOMAIN: name }).previewDomain).toBe(name);
	for (const text of [
		"10.0.0.5",
		"*.example.com",
		".example.com",
		"https://example.com",
		"example.com/",
		"a..b",
		"a b",
	])
		expect(() => readConfig({ ...complete, PREVIEW_DOMAIN: text }), text).toThrow(/PREVIEW_DOMAIN/);
});
