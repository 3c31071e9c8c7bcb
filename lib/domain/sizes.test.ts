import { describe, expect, test } from "vitest";
import { fitToHost, parseSize, sizeNames, sizes } from "./sizes.ts";

describe("sizes", () => {
	test("words of other clients mean our sizes, in any case", () => {
		expect(parseSize("small")).toBe("s");
		expect(parseSize(" XL ")).toBe("xl");
		expect(parseSize("M")).toBe("m");
	});

	test("unknown words and names of Object's own properties are no size", () => {
		for (const word of ["", "xxl", "toString", "constructor", "__proto__"]) expect(parseSize(word)).toBeNull();
	});

	test("a host that is large enough gives the whole size without a notice", () => {
		for (const name of sizeNames) {
			const fit = fitToHost(name, { vcpus: 64, memoryMib: 256 * 1024, diskGib: 1000 });
			expect(fit).toEqual({ limits: sizes[name], notice: null });
		}
	});

	test("a small host caps the size and says each cut", () => {
		const fit = fitToHost("m", { vcpus: 2, memoryMib: 8 * 1024, diskGib: 40.7 });
		expect(fit.limits).toEqual({ vcpus: 2, memoryMib: 7 * 1024, diskGib: 40 });
		expect(fit.notice).toBe(
			"This host is smaller than size m: the box has 2 of 4 vCPUs, 7 of 16 GiB memory, 40 of 100 GiB disk.",
		);
	});
});
