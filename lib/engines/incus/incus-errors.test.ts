import { expect, test } from "vitest";
import { EngineError } from "../engine.ts";
import { errorOfAbort, errorOfOperation, errorOfResponse } from "./incus-errors.ts";

test("each answer of the engine has one code", () => {
	const code = (status: number, message: string) => errorOfResponse(status, message, "GET /x").code;
	expect(code(404, "Instance not found")).toBe("not_found");
	expect(code(409, 'Instance "a" already exists')).toBe("conflict");
	expect(code(400, 'Instance "a" already exists')).toBe("conflict");
	expect(code(400, "Invalid option")).toBe("invalid");
	expect(code(403, "not authorized")).toBe("invalid");
	expect(code(500, "database is locked")).toBe("unavailable");
	expect(code(500, 'Project "p" doesn\'t allow for snapshot creation')).toBe("invalid");
});

test("a missing project never reads as a missing instance", () => {
	expect(errorOfResponse(404, "Project not found", "GET /x").code).toBe("invalid");
	const snapshot = 'Failed to fetch snapshot "s" of instance "a" in project "p": InstanceSnapshot not found';
	expect(errorOfResponse(404, snapshot, "GET /x").code).toBe("not_found");
});

test("an operation that failed is not taken for an engine that is away", () => {
	expect(errorOfOperation("No space left on device", "create").code).toBe("invalid");
	expect(errorOfOperation('Instance "a" already exists', "create").code).toBe("conflict");
});

test("a copy that stumbled over the engine's own load is tried again", () => {
	const message = "Create instance from copy: readdirent /var/lib/lxd/x/rootfs/usr/include: bad file descriptor";
	expect(errorOfOperation(message, "create").isRetryable).toBe(true);
});

test("a deadline is a timeout, another abort keeps its reason", () => {
	const reason = new Error("the request was cancelled");
	expect(errorOfAbort(AbortSignal.abort(reason), "x")).toBe(reason);
	const late = errorOfAbort(AbortSignal.abort(new DOMException("late", "TimeoutError")), "x");
	expect(late).toBeInstanceOf(EngineError);
	expect((late as EngineError).isRetryable).toBe(true);
});
