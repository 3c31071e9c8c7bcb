import { describe, expect, test } from "vitest";
import { isInRange, isPublicAddress, parseAddress, parseRange } from "./address-ranges.ts";

const isPublic = (text: string) => {
	const bytes = parseAddress(text);
	return bytes !== null && isPublicAddress(bytes);
};

describe("what is not the public internet is closed", () => {
	test.each([
		"0.0.0.0",
		"10.0.0.1",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.254",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.1",
		"192.168.1.1",
		"198.18.0.1",
		"198.19.255.255",
		"224.0.0.1",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::127.0.0.1",
		"::ffff:127.0.0.1",
		"::ffff:7f00:1",
		"::ffff:10.1.2.3",
		"64:ff9b::10.0.0.1",
		"64:ff9b::7f00:1",
		"64:ff9b:1::1",
		"2002:7f00:1::",
		"2001::1",
		"2001:db8::1",
		"3fff::1",
		"fc00::1",
		"fd12:3456::1",
		"fe80::1",
		"fe80::1%eth0",
		"fec0::1",
		"ff02::1",
	])("%s", (text) => expect(isPublic(text)).toBe(false));
});

describe("what is, is open", () => {
	test.each([
		"1.1.1.1",
		"9.255.255.255",
		"11.0.0.0",
		"100.63.255.255",
		"100.128.0.0",
		"140.82.121.4",
		"172.15.255.255",
		"172.32.0.0",
		"192.167.255.255",
		"223.255.255.255",
		"2606:4700:4700::1111",
		"2a01:111:f403::",
		"::ffff:1.1.1.1",
		"64:ff9b::1.1.1.1",
	])("%s", (text) => expect(isPublic(text)).toBe(true));
});

test("what is no address is none", () => {
	for (const text of ["", "localhost", "1.2.3", "01.2.3.4", "1.2.3.256", ":::", "1::2::3", "0x7f.1", "2130706433"])
		expect([text, parseAddress(text)]).toEqual([text, null]);
});

test("addresses are read as they are written, in whatever way", () => {
	expect(parseAddress("::1")).toEqual([...Array(15).fill(0), 1]);
	expect(parseAddress("1:2:3:4:5:6:7:8")).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]);
	expect(parseAddress("1:2:3:4:5:6:1.2.3.4")?.slice(12)).toEqual([1, 2, 3, 4]);
	expect(parseAddress("fe80::")).toEqual([0xfe, 0x80, ...Array(14).fill(0)]);
});

test("a range ends at its last bit, and one that is none is refused", () => {
	const range = parseRange("10.128.0.0/9");
	expect(isInRange([10, 127, 255, 255], range)).toBe(false);
	expect(isInRange([10, 128, 0, 0], range)).toBe(true);
	expect(isInRange([10, 255, 255, 255], range)).toBe(true);
	expect(isInRange([11, 128, 0, 0], range)).toBe(false);
	expect(isInRange([1, 2, 3, 4], parseRange("0.0.0.0/0"))).toBe(true);
	expect(isInRange([1, 2, 3, 4], parseRange("1.2.3.4"))).toBe(true);
	for (const text of ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8/8", "ghe.internal", "::/129"])
		expect(() => parseRange(text)).toThrow(text);
});
