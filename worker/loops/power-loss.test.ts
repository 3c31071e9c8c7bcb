import { describe, expect, it } from "vitest";
import { powerLoss } from "./power-loss.ts";

const alone = { status: "stopped", offTogether: 1, memoryUsed: null } as const;

describe("why a box is off", () => {
	it("is its owner's doing only when its init ended in order", () => {
		expect(powerLoss({ ...alone, lastStop: "orderly" }).kind).toBe("powered_off_inside");
		expect(powerLoss({ ...alone, lastStop: "lost" }).kind).toBe("lost");
		expect(powerLoss({ ...alone, status: "error", lastStop: "orderly" }).kind).toBe("lost");
	});

	it("is named as OOM when its memory was full", () => {
		const loss = powerLoss({ ...alone, lastStop: "orderly", memoryUsed: 0.99 });
		expect(loss).toMatchObject({ kind: "lost", reason: expect.stringContaining("OOM kill") });
	});

	it("is guessed from its neighbours when the engine does not know", () => {
		expect(powerLoss({ ...alone, lastStop: undefined }).kind).toBe("powered_off_inside");
		expect(powerLoss({ ...alone, lastStop: undefined, offTogether: 3 }).kind).toBe("lost");
		expect(powerLoss({ ...alone, lastStop: "orderly", offTogether: 3 }).kind).toBe("powered_off_inside");
	});
});
