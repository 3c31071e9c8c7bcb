import { describe, expect, it } from "vitest";
import { type HostAudits, inOrderWords, isolationStanding } from "./isolation-standing.ts";

const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 24 * 60 * 60_000);
const audits = (change: Partial<HostAudits>): HostAudits => ({
	hostCreatedAt: day(0),
	latest: null,
	resultAt: null,
	everyDays: 90,
	...change,
});
const endedOn = (n: number, status: "passed" | "failed" | "error", failed = 0) => ({
	latest: { status, finishedAt: day(n), failed },
});
const passedOn = (n: number) => ({ ...endedOn(n, "passed"), resultAt: day(n) });

describe("how a host stands", () => {
	it("is overdue a week after the audit that did not come, and not a moment sooner", () => {
		const at = (n: number) => isolationStanding(audits(passedOn(0)), day(n));
		expect(at(97)).toMatchObject({ standing: "passed", isOverdue: false, nextAt: day(90) });
		expect(at(98).isOverdue).toBe(true);
	});

	it("expects the first audit of a new host a day after the host came", () => {
		const at = (n: number) => isolationStanding(audits({}), day(n));
		const fresh = { standing: "never", isOverdue: false, isNew: true, nextAt: day(1), ageDays: null, problem: null };
		expect(at(8)).toEqual(fresh);
		expect(at(9)).toMatchObject({ isOverdue: true, isNew: false, problem: "it was never audited" });
	});

	it("is not new but has a problem where it was never audited and no audit comes by time", () => {
		const off = isolationStanding(audits({ everyDays: null }), day(0));
		expect(off).toMatchObject({ isOverdue: false, isNew: false, problem: "it was never audited" });
	});

	it("counts from the last result: one that ended without any keeps nobody from being overdue", () => {
		const late = audits({ ...passedOn(0), ...endedOn(99, "error") });
		expect(isolationStanding(late, day(100))).toMatchObject({ standing: "error", isOverdue: true });
	});

	it("is never overdue where no audit goes by time", () => {
		const off = audits({ ...passedOn(0), everyDays: null });
		expect(isolationStanding(off, day(1_000))).toMatchObject({
			...{ standing: "passed", isOverdue: false, isNew: false, nextAt: null, problem: null },
		});
	});

	it("is said in words, and only where something is wrong", () => {
		const say = (change: Partial<HostAudits>, n: number) => isolationStanding(audits(change), day(n)).problem;
		expect(say(passedOn(0), 3)).toBeNull();
		expect(say(passedOn(0), 98)).toContain("was 98 days ago");
		expect(say(endedOn(3, "failed", 1), 3)).toBe("its last audit failed today: 1 attempt was not as promised");
		expect(say(endedOn(3, "error"), 4)).toBe("its last audit ended without a result a day ago");
	});

	it("does not say of a host that nobody audited that it passed", () => {
		expect(inOrderWords([])).toBe("Every host passed its last audit, and none is overdue.");
		expect(inOrderWords(["two"])).toMatch(/not audited yet: two\.$/);
		expect(inOrderWords(["two"])).not.toContain("passed");
	});
});
