/** What a connection gives access to, and what is said when GitHub says no, is slow, or is not there. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { repository, revokeAll, type StandInFault } from "../e2e/github/stand-in-state.ts";
import { AppError } from "../lib/domain/errors.ts";
import type { Github } from "../lib/github/open-github.ts";
import { type GithubWorld, openGithubWorld } from "./testing/github-world.ts";
import type { TestPerson } from "./testing/test-gateway.ts";

let world: GithubWorld;
let ann: TestPerson;

beforeAll(async () => {
	world = await openGithubWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
	Object.assign(world.github.state, { fault: null, expiresInSeconds: null, now: Date.now, requests: [] });
	ann = await world.gate.addPerson();
});

type Failed = { status: number; code: string; detail: string; retryAfter: string | null };

async function failed(answer: Response): Promise<Failed> {
	const { code, detail } = (await answer.json()) as { code: string; detail: string };
	return { status: answer.status, code, detail, retryAfter: answer.headers.get("retry-after") };
}
async function read<T>(path: string, person = ann): Promise<T> {
	const answer = await world.api(person, path);
	expect(answer.status).toBe(200);
	return (await answer.json()) as T;
}
type Names = { data: { full_name: string }[]; next_cursor: string | null; is_cut: boolean };
const namesOf = (list: Names) => list.data.map((entry) => entry.full_name);
const grant = (...org_logins: string[]) => world.api(ann, "/org-grants", { method: "PUT", body: { org_logins } });

async function refusal(work: Promise<unknown>): Promise<AppError> {
	const error = await work.then(
		() => new Error("it succeeded"),
		(caught: unknown) => caught,
	);
	expect(error).toBeInstanceOf(AppError);
	return error as AppError;
}
const person = () => ({ userId: ann.userId, workspaceId: ann.workspaceId });

describe("organisations", () => {
	beforeEach(() => world.connect(ann));

	test("are granted by name in any case, exactly those that were given last", async () => {
		expect(await (await grant("Analytical-Engines", "difference-club", "difference-club")).json()).toEqual({
			selected_count: 2,
		});
		expect(await (await grant("difference-club")).json()).toEqual({ selected_count: 1 });
		expect(await read("/orgs")).toEqual({
			data: [
				{ org_login: "analytical-engines", granted: false },
				{ org_login: "difference-club", granted: true },
			],
		});
		expect(await (await grant()).json()).toEqual({ selected_count: 0 });
	});

	test("that the account is not in are refused, and nothing changes", async () => {
		await grant("analytical-engines");
		const answer = await grant("difference-club", "elsewhere", "$(id)");
		expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining("elsewhere")]);
		expect(namesOf(await read("/repos"))).toContain("analytical-engines/engine");
		expect(namesOf(await read("/repos"))).not.toContain("difference-club/minutes");
	});

	test("of another person are that person's", async () => {
		const bob = await world.gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
		await world.connect(bob);
		await grant("analytical-engines");
		expect(namesOf(await read("/repos", bob))).toEqual(["ada/notes", "ada/poems"]);
	});
});

describe("repositories", () => {
	beforeEach(() => world.connect(ann));

	test("are found by a part of the name, and come in pages that hold while others are added", async () => {
		await grant("analytical-engines");
		expect(namesOf(await read("/repos?query=EnGine"))).toEqual([
			"analytical-engines/engine",
			"analytical-engines/website",
		]);
		const first = await read<Names>("/repos?limit=2");
		expect(namesOf(first)).toEqual(["ada/notes", "ada/poems"]);
		const second = await read<Names>(`/repos?limit=2&cursor=${first.next_cursor}`);
		expect([namesOf(second), second.next_cursor]).toEqual([
			["analytical-engines/engine", "analytical-engines/website"],
			null,
		]);
		for (const query of ["cursor=%25", "limit=0", "limit=501", "cursor=a"])
			expect([query, (await world.api(ann, `/repos?${query}`)).status]).toEqual([query, 422]);
	});

	test("past GitHub's hundred a page are all there", async () => {
		const { repositories } = world.github.state;
		const many = Array.from({ length: 250 }, (_, n) => repository(9_000 + n, `ada/zz-${n}`, { isPrivate: true }));
		for (const entry of many) repositories.set(entry.fullName, entry);
		try {
			const list = await read<Names>("/repos");
			expect([list.data.length, list.is_cut, list.next_cursor]).toEqual([252, false, null]);
		} finally {
			for (const entry of many) repositories.delete(entry.fullName);
		}
	});

	test("have branches, the default one first, found by a part of the name or past the first page by its beginning", async () => {
		const list = await read<{ data: { name: string; is_default: boolean }[] }>("/branches?repository=ada/notes");
		expect(list.data).toEqual([
			{ name: "main", is_default: true },
			{ name: "drafts", is_default: false },
			{ name: "feature/one", is_default: false },
		]);
		const notes = world.github.state.repositories.get("ada/notes");
		const kept = notes?.branches ?? [];
		notes?.branches.push(...Array.from({ length: 120 }, (_, n) => `wip/${String(n).padStart(3, "0")}`));
		try {
			expect(await read("/branches?repository=ada/notes&query=wip/119")).toEqual({
				data: [{ name: "wip/119", is_default: false }],
				is_cut: true,
			});
		} finally {
			kept.splice(3);
		}
		expect((await world.api(ann, "/branches?repository=ada")).status).toBe(422);
		expect((await world.api(ann, "/branches?repository=difference-club/minutes")).status).toBe(404);
	});
});

describe("one repository is asked for with that person's token, each time", () => {
	let access: Github;
	beforeAll(() => {
		access = world.openAccess();
	});
	afterAll(() => access.close());
	beforeEach(() => world.connect(ann));

	const ask = (fullName: string) => access.repository({ ...person(), fullName });

	test("its own, with what the account may do there", async () => {
		const asked = await ask("Ada/Notes");
		expect(asked.token.reveal()).toMatch(/^gho_/);
		expect(asked).toMatchObject({
			repoId: 3001,
			fullName: "ada/notes",
			cloneUrl: `${world.github.url}/ada/notes.git`,
			isPrivate: true,
			defaultBranch: "main",
			canPush: true,
		});
	});

	test("by its old name after it was renamed", async () => {
		expect(await ask("ada/diary")).toMatchObject({ fullName: "ada/notes" });
	});

	test("of an organisation only while that is granted", async () => {
		expect((await refusal(ask("analytical-engines/engine"))).message).toContain("Grant the organisation");
		await grant("analytical-engines");
		expect(await ask("analytical-engines/engine")).toMatchObject({ repoId: 3003 });
		await grant();
		expect((await refusal(ask("analytical-engines/engine"))).code).toBe("not_found");
	});

	test("not any more once the account has lost access at GitHub", async () => {
		await grant("analytical-engines");
		const engine = world.github.state.repositories.get("analytical-engines/engine");
		engine?.permissions.set("ada", "pull");
		expect(await ask("analytical-engines/engine")).toMatchObject({ canPush: false });
		engine?.permissions.set("ada", "none");
		const error = await refusal(ask("analytical-engines/engine"));
		expect([error.code, error.message]).toEqual(["not_found", expect.stringContaining("no access")]);
		engine?.permissions.delete("ada");
	});

	test("gone, foreign, or no name at all: not found, and GitHub is asked for nothing else", async () => {
		for (const name of [
			"ada/gone",
			"elsewhere/plans",
			"../../user",
			"ada/notes/../x",
			"ada/$(id)",
			"ada",
			"-x/y",
			"a\n/b",
		]) {
			world.github.state.requests.length = 0;
			expect([name, (await refusal(ask(name))).code]).toEqual([name, "not_found"]);
			for (const request of world.github.state.requests)
				expect(request).toMatch(/^GET \/api\/v3\/repos\/[\w-]+\/[\w-]+$/);
		}
	});

	test("of somebody who has connected nothing: a conflict that says what to do", async () => {
		const bob = await world.gate.addPerson({ workspaceId: ann.workspaceId });
		const error = await refusal(
			access.repository({ userId: bob.userId, workspaceId: bob.workspaceId, fullName: "ada/notes" }),
		);
		expect([error.code, error.message]).toEqual(["conflict", expect.stringContaining("GitHub is not connected")]);
	});
});

describe("a bad day at GitHub is told apart", () => {
	beforeEach(() => world.connect(ann));

	test.each<[string, StandInFault, RegExp, string]>([
		["down", { kind: "status", status: 503 }, /failed \(it answered 503\)/, "30"],
		[
			"limiting",
			{ kind: "rate_limit", seconds: 600 },
			/limits how often.*10 minutes|limits how often.*11 minutes/,
			"6\\d\\d",
		],
		["limiting bursts", { kind: "secondary_limit", seconds: 45 }, /limits how often.*45 seconds/, "45"],
		["behind a proxy that answers itself", { kind: "garbage" }, /not understood/, "30"],
		["redirecting elsewhere", { kind: "redirect", to: "http://127.0.0.1:1/steal" }, /cannot be reached/, "30"],
	])("%s", async (_name, fault, words, retryAfter) => {
		world.github.state.fault = fault;
		for (const path of ["/repos", "/orgs", "/branches?repository=ada/notes", "/ssh-keys"]) {
			const error = await failed(await world.api(ann, path));
			expect([path, error.status, error.code]).toEqual([path, 503, "unavailable"]);
			expect(error.detail).toMatch(words);
			expect(error.retryAfter).toMatch(new RegExp(`^${retryAfter}$|^600$`));
		}
		world.github.state.fault = null;
		expect((await world.api(ann, "/orgs")).status).toBe(200);
		expect(await read("/connection")).toMatchObject({ status: "connected" });
	});

	test("slow: the caller's deadline holds, and ours is said in words", async () => {
		world.github.state.fault = { kind: "hang" };
		const access = world.openAccess();
		const gone = new AbortController();
		const asked = access.repository({ ...person(), fullName: "ada/notes", signal: gone.signal });
		gone.abort(new Error("the caller left"));
		await expect(asked).rejects.toThrow("the caller left");
		access.close();
	});

	test("a token that was revoked there: reconnect, said by every operation until it is done", async () => {
		revokeAll(world.github.state, "ada");
		const error = await failed(await world.api(ann, "/orgs"));
		expect([error.status, error.code]).toEqual([409, "conflict"]);
		expect(error.detail).toMatch(/revoked or has expired.*Connect it again/);
		expect(await read("/connection")).toMatchObject({
			status: "reconnect",
			status_reason: expect.stringContaining("revoked"),
		});
		world.github.state.requests.length = 0;
		expect((await world.api(ann, "/repos")).status).toBe(409);
		expect(world.github.state.requests).toEqual([]);
		await world.connect(ann);
		expect(await read("/connection")).toMatchObject({ status: "connected", status_reason: null });
		expect((await world.api(ann, "/repos")).status).toBe(200);
	});
});

describe("tokens that expire", () => {
	let clock: number;
	let both: Github[];

	beforeEach(async () => {
		clock = Date.now();
		world.github.state.now = () => clock;
		world.github.state.expiresInSeconds = 8 * 3600;
		await world.connect(ann);
		both = [world.openAccess({ now: () => clock }), world.openAccess({ now: () => clock })];
		clock += 8 * 3_600_000 + 1;
		world.github.state.requests.length = 0;
		return () => {
			for (const access of both) access.close();
		};
	});

	const askAll = (count: number) =>
		Promise.all(
			Array.from({ length: count }, (_, n) => both[n % 2]?.repository({ ...person(), fullName: "ada/notes" })),
		);
	const refreshes = () => world.github.state.requests.filter((request) => request.endsWith("/access_token")).length;

	test("are refreshed once, however many ask in two processes at once; the refresh token is good once", async () => {
		const answers = await askAll(8);
		expect(new Set(answers.map((answer) => answer?.token.reveal())).size).toBe(1);
		expect(refreshes()).toBe(1);
		clock += 8 * 3_600_000 + 1;
		await askAll(2);
		expect(refreshes()).toBe(2);
	});

	test("are kept while GitHub is down, and refreshed when it is back", async () => {
		world.github.state.fault = { kind: "status", status: 500, isTotal: true };
		expect((await refusal(askAll(1))).code).toBe("unavailable");
		world.github.state.fault = null;
		expect((await askAll(1))[0]?.fullName).toBe("ada/notes");
	});

	test("and cannot be refreshed: reconnect", async () => {
		world.github.state.refreshTokens.clear();
		expect((await refusal(askAll(1))).message).toContain("Connect it again");
		expect(await read("/connection")).toMatchObject({ status: "reconnect" });
	});

	test("early are refreshed after GitHub's refusal", async () => {
		await askAll(1);
		for (const held of world.github.state.tokens.values()) held.expiresAt = clock;
		expect((await askAll(1))[0]?.fullName).toBe("ada/notes");
		expect(refreshes()).toBe(2);
	});

	test("and whose refresh began in a process that died are refreshed by the next one, in time", async () => {
		await world.gate.db.prisma.githubConnection.updateMany({ data: { refreshingUntil: new Date(clock - 1) } });
		expect((await askAll(1))[0]?.fullName).toBe("ada/notes");
	});
});

describe("the end of a connection", () => {
	const held = () => [...world.github.state.tokens.values()].filter((token) => token.login === "ada").length;

	test("revokes at GitHub and deletes here; twice is fine", async () => {
		const before = held();
		await world.connect(ann);
		expect((await world.api(ann, "/connection", { method: "DELETE" })).status).toBe(204);
		expect(held()).toBe(before);
		expect(await world.gate.db.prisma.githubConnection.count({ where: { userId: ann.userId } })).toBe(0);
		expect((await world.api(ann, "/connection", { method: "DELETE" })).status).toBe(204);
	});

	test("with GitHub down deletes ours all the same, and says so", async () => {
		await world.connect(ann);
		world.github.state.fault = { kind: "status", status: 502 };
		const answer = await world.api(ann, "/connection/revoke", { method: "POST" });
		expect(await answer.json()).toEqual({
			is_revoked: false,
			problem: expect.stringMatching(/deleted here.*could not be told: it is down.*settings\/applications/),
		});
		expect((await world.api(ann, "/connection")).status).toBe(404);
	});

	test("comes with the membership's", async () => {
		await world.connect(ann);
		const where = { workspaceId_userId: { workspaceId: ann.workspaceId, userId: ann.userId } };
		await world.gate.db.prisma.member.delete({ where });
		expect(await world.gate.db.prisma.githubConnection.count({ where: { userId: ann.userId } })).toBe(0);
	});
});

test("sealed tokens that were moved to another person's row do not open", async () => {
	const bob = await world.gate.addPerson({ workspaceId: ann.workspaceId });
	await world.connect(ann);
	await world.connect(bob, "mallory");
	await world.gate.db.pool.query(
		"UPDATE github_connections SET tokens = (SELECT tokens FROM github_connections WHERE user_id = $1) WHERE user_id = $2",
		[ann.userId, bob.userId],
	);
	expect((await failed(await world.api(bob, "/repos"))).status).toBe(409);
});

describe("SSH keys of the account", () => {
	beforeEach(() => world.connect(ann));
	type Key = {
		title: string;
		type: string;
		fingerprint: string | null;
		problem: string | null;
		registered_as: string | null;
	};

	test("are shown with what speaks against one, and the chosen are registered by GitHub's word alone", async () => {
		const { data } = await read<{ data: Key[] }>("/ssh-keys");
		expect(data).toMatchObject([
			{ title: "laptop", type: "ssh-ed25519", problem: null, registered_as: null },
			{ title: "old machine", type: "ssh-rsa", fingerprint: null, problem: expect.stringContaining("1024 bits") },
		]);
		const fingerprints = [data[0]?.fingerprint ?? ""];
		const imported = await world.api(ann, "/ssh-keys", { method: "POST", body: { fingerprints } });
		expect(await imported.json()).toMatchObject({
			data: [{ name: "laptop", type: "ssh-ed25519", last_used_at: null }],
		});
		expect((await read<{ data: Key[] }>("/ssh-keys")).data[0]).toMatchObject({ registered_as: "laptop" });
		const again = await world.api(ann, "/ssh-keys", { method: "POST", body: { fingerprints } });
		expect(await again.json()).toEqual({ data: [] });
		await world.gate.request("/api/v1/users/me/ssh-key", { as: ann, method: "DELETE" });
	});

	test("that the account does not have are refused", async () => {
		const answer = await world.api(ann, "/ssh-keys", { method: "POST", body: { fingerprints: ["SHA256:none"] } });
		expect(answer.status).toBe(422);
	});

	test("are found without the right to list them, as everybody sees them", async () => {
		for (const token of world.github.state.tokens.values()) token.scopes = ["repo"];
		expect((await read<{ data: Key[] }>("/ssh-keys")).data[0]).toMatchObject({ title: "GitHub 1", problem: null });
	});
});
