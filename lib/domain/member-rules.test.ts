import { describe, expect, test } from "vitest";
import { type Role, roles } from "./actor.ts";
import { type MemberChange, memberChangeProblem } from "./member-rules.ts";

const standing = (role: Role, o: { userId?: string; isDisabled?: boolean } = {}) => ({
	userId: o.userId ?? "usr_target",
	login: "target",
	role,
	isDisabled: o.isDisabled ?? false,
});
const answer = (actor: Role, target: Role, change: MemberChange, o: { isSelf?: boolean; ownerCount?: number } = {}) =>
	memberChangeProblem({
		actor: { userId: "usr_actor", role: actor },
		target: standing(target, { userId: o.isSelf ? "usr_actor" : "usr_target" }),
		change,
		ownerCount: o.ownerCount ?? 2,
	})?.code ?? "ok";

const changes: MemberChange[] = [
	{ kind: "quota" },
	{ kind: "role", role: "owner" },
	{ kind: "role", role: "admin" },
	{ kind: "role", role: "member" },
	{ kind: "disable" },
	{ kind: "enable" },
	{ kind: "remove" },
];

describe("a change of a member", () => {
	test("is never made by a member", () => {
		for (const target of roles)
			for (const change of changes) expect(answer("member", target, change)).toBe("forbidden");
	});

	test("by an admin reaches admins and members, makes no owner and touches none", () => {
		for (const change of changes) {
			const makesOwner = change.kind === "role" && change.role === "owner";
			for (const target of ["admin", "member"] as const)
				expect(answer("admin", target, change)).toBe(makesOwner ? "forbidden" : "ok");
			expect(answer("admin", "owner", change)).toBe(change.kind === "quota" ? "ok" : "forbidden");
		}
	});

	test("by an owner reaches everybody", () => {
		for (const target of roles) for (const change of changes) expect(answer("owner", target, change)).toBe("ok");
	});

	test("never leaves the workspace without an owner", () => {
		for (const change of changes) {
			const leavesNone =
				["disable", "remove"].includes(change.kind) || (change.kind === "role" && change.role !== "owner");
			expect(answer("owner", "owner", change, { ownerCount: 1 })).toBe(leavesNone ? "conflict" : "ok");
		}
	});

	test("of oneself raises nothing and ends nothing", () => {
		expect(answer("admin", "admin", { kind: "role", role: "owner" }, { isSelf: true })).toBe("forbidden");
		expect(answer("member", "member", { kind: "role", role: "admin" }, { isSelf: true })).toBe("forbidden");
		expect(answer("admin", "admin", { kind: "role", role: "member" }, { isSelf: true })).toBe("ok");
		for (const kind of ["disable", "remove"] as const)
			expect(answer("owner", "owner", { kind }, { isSelf: true })).toBe("conflict");
	});
});
