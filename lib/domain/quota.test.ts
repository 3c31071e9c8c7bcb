import { expect, test } from "vitest";
import { AppError } from "./errors.ts";
import { checkDevboxQuota } from "./quota.ts";

test("the refusal names the limit and who can raise it", () => {
	expect(() => checkDevboxQuota({ used: 9, limit: 10, admins: ["ada"] })).not.toThrow();
	try {
		checkDevboxQuota({ used: 10, limit: 10, admins: ["ada", "grace"] });
		expect.unreachable();
	} catch (error) {
		expect(error).toBeInstanceOf(AppError);
		expect((error as AppError).code).toBe("quota_exceeded");
		expect((error as AppError).message).toContain("limit is 10");
		expect((error as AppError).message).toContain("ada, grace");
	}
});
