import { describe, expect, test } from "vitest";
import { handleTerminalKey } from "./terminal-keys.ts";

function press(fields: Partial<KeyboardEvent>, hasSelection = true) {
	const done: string[] = [];
	const isTerminals = handleTerminalKey(
		{
			type: "keydown",
			key: "",
			code: "",
			ctrlKey: false,
			metaKey: false,
			shiftKey: false,
			altKey: false,
			preventDefault: () => done.push("prevented"),
			...fields,
		},
		{
			hasSelection: () => hasSelection,
			send: (text) => done.push(`sent ${JSON.stringify(text)}`),
			copy: () => done.push("copied"),
			search: () => done.push("searched"),
		},
	);
	return { isTerminals, done };
}

describe("keys in a terminal", () => {
	test.each([
		["Ctrl-W", { key: "w", code: "KeyW", ctrlKey: true }],
		["Ctrl-C", { key: "c", code: "KeyC", ctrlKey: true }],
		["Alt-F", { key: "f", code: "KeyF", altKey: true }],
		["Enter", { key: "Enter", code: "Enter" }],
		["Ctrl-Enter", { key: "Enter", code: "Enter", ctrlKey: true, shiftKey: true }],
	])("%s is the terminal's", (_, fields) => expect(press(fields)).toEqual({ isTerminals: true, done: [] }));

	test("Shift-Enter is sent once, in its extended form", () => {
		const fields = { key: "Enter", code: "Enter", shiftKey: true };
		expect(press(fields)).toEqual({ isTerminals: false, done: ['sent "\\u001b[13;2u"', "prevented"] });
		expect(press({ ...fields, type: "keypress" }).done).toEqual(["prevented"]);
	});

	test("search and copy are the page's, by place on the keyboard", () => {
		expect(press({ key: "F", code: "KeyF", ctrlKey: true, shiftKey: true }).done).toEqual(["searched", "prevented"]);
		expect(press({ key: "F", code: "KeyF", metaKey: true, shiftKey: true }).done).toEqual(["searched", "prevented"]);
		expect(press({ key: "C", code: "KeyC", ctrlKey: true, shiftKey: true }).done).toEqual(["copied", "prevented"]);
		expect(press({ key: "C", code: "KeyC", ctrlKey: true, shiftKey: true }, false).done).toEqual(["prevented"]);
	});

	test("a paste is the browser's", () =>
		expect(press({ key: "V", code: "KeyV", ctrlKey: true, shiftKey: true })).toEqual({ isTerminals: false, done: [] }));
});
