import { describe, expect, it } from "vitest";
import { AppError } from "../../lib/domain/errors.ts";
import { EngineError } from "../../lib/engines/engine.ts";
import { backoffMs, stepErrorKind, stepErrorMessage } from "./step-error.ts";

describe("an error of a step", () => {
	it("is tried again only when the engine or the link may be better next time", () => {
		expect(stepErrorKind(new EngineError("unavailable", "x"))).toBe("retryable");
		expect(stepErrorKind(new EngineError("timeout", "x"))).toBe("retryable");
		expect(stepErrorKind(new EngineError("invalid", "x"))).toBe("final");
		expect(stepErrorKind(new AppError({ code: "unavailable", message: "x" }))).toBe("retryable");
		expect(stepErrorKind(new AppError({ code: "conflict", message: "x" }))).toBe("final");
		expect(stepErrorKind(AbortSignal.abort(new DOMException("late", "TimeoutError")).reason)).toBe("retryable");
		expect(stepErrorKind(new TypeError("x"))).toBe("unexpected");
		expect(stepErrorKind(Object.assign(new Error("x"), { code: "57P01" }))).toBe("database_away");
	});

	it("that nobody foresaw tells the owner nothing of our insides", () => {
		const message = stepErrorMessage(new TypeError("secret path"), { timeoutMs: 1, runId: "run_1" });
		expect(message).not.toContain("secret");
		expect(message).toContain("run_1");
	});

	it("is tried again after growing pauses with an end", () => {
		expect([1, 2, 3, 4, 5, 9].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
	});
});
