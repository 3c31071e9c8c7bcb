import { expect, test } from "vitest";
import { parseDotenv } from "./parse-dotenv.ts";

test("a pasted .env block becomes names and values", () => {
	const text = `# my keys\nexport A=1\nB = two words # note\nC="say \\"hi\\"\\nthere" # note\nD='$literal \\n'\n\nE=\nF="first\nsecond"\r\nG=a=b#c`;
	expect(parseDotenv(text)).toEqual([
		{ name: "A", value: "1" },
		{ name: "B", value: "two words" },
		{ name: "C", value: 'say "hi"\nthere' },
		{ name: "D", value: "$literal \\n" },
		{ name: "E", value: "" },
		{ name: "F", value: "first\nsecond" },
		{ name: "G", value: "a=b#c" },
	]);
});

test("what is no block of assignments is left to the field that it was pasted into", () => {
	for (const text of ["", "hello", "A=1\nrm -rf /", "https://a.test/?b=c"]) expect(parseDotenv(text), text).toBeNull();
});
