import { expect, test } from "vitest";
import { attachmentHeader } from "./content-disposition.ts";

test.each([
	["a.txt", `attachment; filename="a.txt"; filename*=UTF-8''a.txt`],
	[`"; x="y`, `attachment; filename="__ x=_y"; filename*=UTF-8''%22%3B%20x%3D%22y`],
	["a\r\nSet-Cookie: b", `attachment; filename="a__Set-Cookie_ b"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b`],
	["ü*('100%')", `attachment; filename="__(_100__)"; filename*=UTF-8''%C3%BC%2A%28%27100%25%27%29`],
	["\ud800", `attachment; filename="_"; filename*=UTF-8''%EF%BF%BD`],
	["", `attachment; filename="download"; filename*=UTF-8''download`],
])("%j is an attachment of that name, and nothing else in the header", (name, header) => {
	expect(attachmentHeader(name)).toBe(header);
});
