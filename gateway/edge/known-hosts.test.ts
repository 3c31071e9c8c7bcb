import { expect, test } from "vitest";
import { knownHosts } from "./known-hosts.ts";

const hosts = knownHosts({ publicUrl: new URL("https://devbox.example.com"), listenHost: "10.0.0.5" });

test("the public name, loopback and the address that it listens on are answered, on whatever port", () => {
	for (const host of [
		"devbox.example.com",
		"DEVBOX.example.com:443",
		"localhost:3001",
		"127.0.0.1:3000",
		"127.8.9.1",
		"[::1]:3000",
		"10.0.0.5:3000",
	])
		expect(hosts.includes(host), host).toBe(true);
});

test("any other name is refused, however close it looks", () => {
	for (const host of [
		"",
		"evil.example",
		"devbox.example.com.evil.example",
		"xdevbox.example.com",
		"127.0.0.1.evil.example",
		"localhost.evil.example",
		"127.0.0.1@evil.example",
		"evil.example/127.0.0.1",
		"[::2]",
		"devbox.example.com:80:80",
		"devbox.example.com evil",
		"10.0.0.6",
	])
		expect(hosts.includes(host), host).toBe(false);
});

test("listening on every address is no reason to answer every name", () => {
	const open = knownHosts({ publicUrl: new URL("http://127.0.0.1:3000"), listenHost: "0.0.0.0" });
	expect(open.includes("0.0.0.0:3000")).toBe(false);
	expect(open.includes("rebound.example")).toBe(false);
});
