import { expect, test } from "vitest";
import { placeTip } from "./place-tip.ts";

const view = { width: 1000, height: 800 };
const size = { width: 100, height: 24 };

test("a tooltip stands below its target, in the middle", () => {
	expect(placeTip({ target: { left: 500, top: 100, width: 20, height: 20 }, size, side: "bottom", view })).toEqual({
		left: 460,
		top: 126,
	});
});

test("it never leaves the view, nor covers its target at the foot of it", () => {
	expect(placeTip({ target: { left: 990, top: 780, width: 10, height: 20 }, size, side: "bottom", view })).toEqual({
		left: 892,
		top: 750,
	});
	expect(placeTip({ target: { left: 0, top: 0, width: 10, height: 10 }, size, side: "top", view })).toEqual({
		left: 8,
		top: 8,
	});
});

test("beside the navigation it stands on the right", () => {
	expect(placeTip({ target: { left: 10, top: 100, width: 36, height: 32 }, size, side: "right", view })).toEqual({
		left: 52,
		top: 104,
	});
});
