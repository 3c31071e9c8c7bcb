import { expect, it } from "vitest";
import { messageMaxBytes } from "../domain/pipelines.ts";
import { boundMessage } from "./operation-message.ts";

it("a message keeps its last 16 KiB, whole characters, and shows control characters instead of sending them", () => {
	expect(boundMessage("a\tb\r\nc\u001b[2J\u0000\u009b")).toBe("a\tb\nc\\x1b[2J\\x00\\x9b");
	expect(boundMessage("\ud800")).toBe("\ufffd");
	const long = boundMessage(`${"start"}${"é".repeat(messageMaxBytes)}end`);
	expect(Buffer.byteLength(long)).toBeLessThanOrEqual(messageMaxBytes);
	expect(long.startsWith("…\né")).toBe(true);
	expect(long.endsWith("éend")).toBe(true);
});
