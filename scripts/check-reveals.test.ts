import { expect, test } from "vitest";
import { revealsIn } from "./check-reveals.ts";

const leaksOf = (text: string) => revealsIn("x.ts", text).leaks.map((leak) => leak.replace(/^x.ts:\d+ /, ""));

test.each([
	["log.info({ token: token.reveal() }, 'x')", "logged"],
	["this.#o.log.warn(o.token.reveal())", "logged"],
	["console.log(key.reveal())", "logged"],
	["throw new Error('no ' + key.reveal())", "put into an error"],
	["const e = new AppError({ message: key.reveal() })", "put into an error"],
	["const text = key.reveal(); log.info({ text })", "logged"],
	[
		"const basic = Buffer.from('x:' + key.reveal()).toString('base64'); if (x) throw new TypeError(basic)",
		"put into an error",
	],
])("a revealed secret that is seen is found: %s", (text, how) => {
	expect(leaksOf(text)).toEqual([`a revealed secret is ${how}`]);
});

test.each([
	"fetch(url, { headers: { authorization: 'Bearer ' + token.reveal() } })",
	"log.info({ token }, 'x')",
	"throw new Error('no ' + key)",
	"const text = key.reveal(); hash(text); log.info({ name }, 'x')",
])("one that is used, or not revealed, is none: %s", (text) => {
	expect(leaksOf(text)).toEqual([]);
});
