import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { newLinkKeys } from "./link-keys.ts";

test("every key pair of a link can be used: none is malformed, as one in 256 of the library's is", () => {
	const unreadable = Array.from({ length: 2_000 }, () => newLinkKeys()).filter(
		(keys) => ssh2.utils.parseKey(keys.private.reveal()) instanceof Error,
	);
	expect(unreadable).toEqual([]);
});
