import { describe, expect, it } from "vitest";
import { type HostAudits, isolationProblem, isolationStanding } from "./isolation-standing.ts";

const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 24 * 60 * 60_000);
const audits = (change: Partial<HostAudits>): HostAudits => ({
	hostCreatedAt: day(0),
	latest: null,
	resultAt: null,
	everyDays: 90,
	...change,
});
const passedOn = (n: number) => ({ latest: { status: "passed", finishedAt: day(n) } as const, resultAt: day(n) });

describe("how a host stands", () => {
	it("is overdue a week after the audit that did not come, and not a moment sooner", () => {
		const at = (n: number) => isolationStanding(audits(passedOn(0)), day(n));
		expect(at(97)).toMatchObject({ standing: "passed", isOverdue: false, nextAt: day(90) });
		expect(at(98).isOverdue).toBe(true);
	});

	it("expects the first audit of a new host a day after the host came", () => {
		expect(isolationStanding(audits({}), day(8))).toEqual({ standing: "never", isOverdue: false, nextAt: day(1) });
		expect(isolationStanding(audits({}), day(9)).isOverdue).toBe(true);
	});

	it("counts from the last result: one that ended without any keeps nobody from being overdue", () => {
		const late = audits({ ...passedOn(0), latest: { status: "error", finishedAt: day(99) } });
		expect(isolationStanding(late, day(100))).toMatchObject({ standing: "error", isOverdue: true });
	});

	it("is never overdue where no audit goes by time", () => {
		const off = audits({ ...passedOn(0), everyDays: null });
		expect(isolationStanding(off, day(1_000))).toEqual({ standing: "passed", isOverdue: false, nextAt: null });
	});

	it("is said in words, and only where something is wrong", () => {
		const say = (change: Partial<Parameters<typeof isolationProblem>[0]>) =>
			isolationProblem({ standing: "passed", isOverdue: false, failed: 0, ageDays: 3, ...change });
		expect(say({})).toBeNull();
		expect(say({ isOverdue: true })).toContain("was 3 days ago");
		expect(say({ standing: "failed", failed: 1, ageDays: 0 })).toBe(
			"its last audit failed today: 1 attempt was not as promised",
		);
		expect(say({ standing: "never", ageDays: null })).toBe("it was never audited");
	});
});
