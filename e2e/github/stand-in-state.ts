/** What the stand-in for GitHub knows and how it misbehaves; a test changes it while it runs. */
import { createHash, randomBytes } from "node:crypto";

export type StandInPermission = "none" | "pull" | "push";

export type StandInRepository = {
	id: number;
	fullName: string;
	isPrivate: boolean;
	defaultBranch: string;
	branches: string[];
	/** By login, in place of what owning it or being in its organisation gives. */
	permissions: Map<string, StandInPermission>;
};

export type StandInUser = {
	id: number;
	name: string;
	orgs: string[];
	keys: { id: number; title: string; key: string }[];
};

export type StandInToken = { login: string; scopes: string[]; expiresAt: number | null; refreshToken: string | null };

export type StandInState = {
	users: Map<string, StandInUser>;
	/** Organisations by login, with their ids. */
	orgs: Map<string, number>;
	/** By full name in lower case. */
	repositories: Map<string, StandInRepository>;
	/** Old full name in lower case -> today's. */
	renamed: Map<string, string>;
	tokens: Map<string, StandInToken>;
	/** Refresh token -> access token. Each is good once. */
	refreshTokens: Map<string, string>;
	/** Tokens of flows from here on expire after this; null: never. */
	expiresInSeconds: number | null;
	/** How it fails, for the API (and where `isTotal`, for OAuth as well). */
	fault: StandInFault | null;
	/** What was asked of it: method and path, without the query. */
	requests: string[];
	now: () => number;
};

export type StandInFault =
	| { kind: "status"; status: number; isTotal?: boolean }
	| { kind: "rate_limit"; seconds: number }
	| { kind: "secondary_limit"; seconds: number }
	/** Answers nothing until the client goes. */
	| { kind: "hang"; isTotal?: boolean }
	| { kind: "garbage" }
	| { kind: "redirect"; to: string };

const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAII+iX3QAPvuHHfqdFUGZC2B7qX4Iwl6OPDIM6MGNY9h9";
const tooShort =
	"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCmQ/cfV3Y9NzlVhOQb7+POGowwRVKTgKE48lzE85AJvUVQz7b5/JVXDUxZj9I4uMFlorym8d4vFcau3mTRTQvqT84DYQx6e3TkyGmZ5zfVmxDUSrO4c6m7laENoPP30RhMhJY3RhFSYnxaUloEhXCwvA5zdwSVtbx9n+CZN61SaQ==";

export function newStandInState(): StandInState {
	return {
		users: new Map([
			[
				"ada",
				{
					id: 1001,
					name: "Ada Lovelace",
					orgs: ["analytical-engines", "difference-club"],
					keys: [
						{ id: 1, title: "laptop", key: ed25519 },
						{ id: 2, title: "old machine", key: tooShort },
					],
				},
			],
			["mallory", { id: 1003, name: "Mallory", orgs: ["elsewhere"], keys: [] }],
		]),
		orgs: new Map([
			["analytical-engines", 2001],
			["difference-club", 2002],
			["elsewhere", 2003],
		]),
		repositories: new Map(
			[
				repository(3001, "ada/notes", { isPrivate: true, branches: ["main", "drafts", "feature/one"] }),
				repository(3002, "ada/poems", { isPrivate: false }),
				repository(3003, "analytical-engines/engine", { isPrivate: true, branches: ["main", "mill"] }),
				repository(3004, "analytical-engines/website", { isPrivate: false }),
				repository(3005, "difference-club/minutes", { isPrivate: true }),
				repository(3006, "elsewhere/plans", { isPrivate: true }),
			].map((entry) => [entry.fullName.toLowerCase(), entry]),
		),
		renamed: new Map([["ada/diary", "ada/notes"]]),
		tokens: new Map(),
		refreshTokens: new Map(),
		expiresInSeconds: null,
		fault: null,
		requests: [],
		now: Date.now,
	};
}

export function repository(
	id: number,
	fullName: string,
	o: { isPrivate: boolean; branches?: string[] },
): StandInRepository {
	const branches = o.branches ?? ["main"];
	return {
		id,
		fullName,
		isPrivate: o.isPrivate,
		defaultBranch: branches[0] ?? "main",
		branches,
		permissions: new Map(),
	};
}

/** Those that are known, and everybody else by an id made of their login. */
export function userOf(state: StandInState, login: string): StandInUser {
	const known = state.users.get(login);
	if (known) return known;
	return { id: createHash("sha256").update(login).digest().readUInt32BE(), name: login, orgs: [], keys: [] };
}

/** Null for a token that is none, was revoked or has expired. */
export function holderOf(state: StandInState, authorization: string | undefined): StandInToken | null {
	const token = state.tokens.get((authorization ?? "").replace(/^(Bearer|token) /i, ""));
	return token && (token.expiresAt === null || token.expiresAt > state.now()) ? token : null;
}

/** `login` is null for somebody without a token. */
export function permissionOf(state: StandInState, entry: StandInRepository, login: string | null): StandInPermission {
	const given = login === null ? undefined : entry.permissions.get(login);
	if (given !== undefined) return given === "none" && !entry.isPrivate ? "pull" : given;
	const owner = entry.fullName.split("/")[0] ?? "";
	if (login !== null && (owner === login || userOf(state, login).orgs.includes(owner))) return "push";
	return entry.isPrivate ? "none" : "pull";
}

export function issueToken(state: StandInState, o: { login: string; scopes: string[] }) {
	const accessToken = `gho_${randomBytes(18).toString("hex")}`;
	const seconds = state.expiresInSeconds;
	const refreshToken = seconds === null ? null : `ghr_${randomBytes(18).toString("hex")}`;
	const expiresAt = seconds === null ? null : state.now() + seconds * 1_000;
	state.tokens.set(accessToken, { ...o, expiresAt, refreshToken });
	if (refreshToken) state.refreshTokens.set(refreshToken, accessToken);
	return {
		access_token: accessToken,
		token_type: "bearer",
		scope: o.scopes.join(","),
		...(refreshToken ? { refresh_token: refreshToken, expires_in: seconds, refresh_token_expires_in: 15_897_600 } : {}),
	};
}

/** As its user does it at GitHub: every token of theirs is dead at once. */
export function revokeAll(state: StandInState, login: string): void {
	for (const [token, held] of state.tokens) if (held.login === login) revokeToken(state, token);
}

export function revokeToken(state: StandInState, token: string): boolean {
	const held = state.tokens.get(token);
	if (held?.refreshToken) state.refreshTokens.delete(held.refreshToken);
	return state.tokens.delete(token);
}
