/** The REST API below /api/v3, with scopes, pages, renamed repositories and what each account may see. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { send } from "./stand-in-answer.ts";
import {
	holderOf,
	permissionOf,
	type StandInRepository,
	type StandInState,
	type StandInToken,
	userOf,
} from "./stand-in-state.ts";

type Call = {
	state: StandInState;
	token: StandInToken;
	path: string;
	url: URL;
	response: ServerResponse;
};

/** `path`: below /api/v3. */
export function answerStandInApi(
	state: StandInState,
	o: { path: string; url: URL; request: IncomingMessage; response: ServerResponse },
): void {
	const token = holderOf(state, o.request.headers.authorization);
	if (!token) return send(o.response, 401, { message: "Bad credentials" });
	const call = { state, token, ...o };
	if (o.path === "/user" || o.path.startsWith("/user/")) return answerUser(call);
	const keys = /^\/users\/([^/]+)\/keys$/.exec(o.path)?.[1];
	if (keys !== undefined) return sendPage(call, publicKeys(call, keys));
	if (o.path.startsWith("/repositories/")) return answerById(call);
	if (o.path.startsWith("/repos/")) return answerRepository(call);
	send(o.response, 404, { message: "Not Found" });
}

function answerUser(call: Call): void {
	const { state, token, path, response } = call;
	const { login, scopes } = token;
	const user = userOf(state, login);
	if (path === "/user")
		return send(response, 200, { id: user.id, login, name: user.name, email: null, avatar_url: "" });
	if (path === "/user/emails")
		return send(response, 200, [{ email: `${login}@example.test`, primary: true, verified: true }]);
	if (path === "/user/orgs") {
		if (!scopes.includes("read:org")) return send(response, 403, { message: "You need read:org" });
		return sendPage(
			call,
			user.orgs.map((org) => ({ login: org, id: state.orgs.get(org) ?? 0 })),
		);
	}
	if (path === "/user/keys" && scopes.includes("read:public_key")) return sendPage(call, user.keys);
	if (path === "/user/repos") return sendPage(call, ownRepositories(call));
	send(response, 404, { message: "Not Found" });
}

function publicKeys({ state }: Call, login: string) {
	return userOf(state, login).keys.map(({ id, key }) => ({ id, key }));
}

function ownRepositories({ state, token }: Call) {
	const owners = [token.login, ...userOf(state, token.login).orgs];
	return [...state.repositories.values()]
		.filter((entry) => owners.includes(entry.fullName.split("/")[0] ?? "") && isSeen(state, entry, token))
		.sort((a, b) => (a.fullName < b.fullName ? -1 : 1))
		.map((entry) => factsOf(state, entry, token.login));
}

function isSeen(state: StandInState, entry: StandInRepository, token: StandInToken): boolean {
	if (entry.isPrivate && !token.scopes.includes("repo")) return false;
	return permissionOf(state, entry, token.login) !== "none";
}

function factsOf(state: StandInState, entry: StandInRepository, login: string) {
	const owner = entry.fullName.split("/")[0] ?? "";
	const id = state.orgs.get(owner) ?? userOf(state, owner).id;
	return {
		id: entry.id,
		full_name: entry.fullName,
		private: entry.isPrivate,
		default_branch: entry.defaultBranch,
		owner: { id, login: owner },
		permissions: { pull: true, push: permissionOf(state, entry, login) === "push" },
	};
}

function answerById(call: Call): void {
	const id = Number(call.path.slice("/repositories/".length));
	const entry = [...call.state.repositories.values()].find((repository) => repository.id === id);
	if (!entry || !isSeen(call.state, entry, call.token)) return send(call.response, 404, { message: "Not Found" });
	send(call.response, 200, factsOf(call.state, entry, call.token.login));
}

function answerRepository(call: Call): void {
	const { state, token, path, url, response } = call;
	const [, owner = "", name = "", rest = ""] = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/.exec(path) ?? [];
	const fullName = `${decodeURIComponent(owner)}/${decodeURIComponent(name)}`.toLowerCase();
	const today = state.renamed.get(fullName);
	const moved = today === undefined ? undefined : state.repositories.get(today);
	if (moved && rest === "")
		return send(
			response,
			301,
			{ message: "Moved Permanently" },
			{ location: `${rootOf(call)}/repositories/${moved.id}` },
		);
	const entry = state.repositories.get(fullName);
	if (!entry || !isSeen(state, entry, token)) return send(response, 404, { message: "Not Found" });
	if (rest === "") return send(response, 200, factsOf(state, entry, token.login));
	if (rest === "/branches")
		return sendPage(
			call,
			entry.branches.map((branch) => ({ name: branch })),
		);
	const prefix = /^\/git\/matching-refs\/heads\/(.*)$/.exec(rest)?.[1];
	if (prefix === undefined) return send(response, 404, { message: "Not Found" });
	const matching = entry.branches.filter((branch) => branch.startsWith(decodeURIComponent(prefix)));
	send(
		response,
		200,
		matching.map((branch) => ({ ref: `refs/heads/${branch}`, url: url.href })),
	);
}

function rootOf({ url }: Call): string {
	return `${url.origin}/api/v3`;
}

/** As GitHub pages: `per_page` to 100, and a Link header that names the last one. */
function sendPage(call: Call, items: readonly unknown[]): void {
	const { url, path, response } = call;
	const size = Math.min(100, Number(url.searchParams.get("per_page") ?? 30));
	const page = Number(url.searchParams.get("page") ?? 1);
	const last = Math.ceil(items.length / size);
	const link = (to: number, rel: string) => {
		const next = new URL(`${rootOf(call)}${path}${url.search}`);
		next.searchParams.set("page", String(to));
		return `<${next.href}>; rel="${rel}"`;
	};
	const links: Record<string, string> = page < last ? { link: `${link(page + 1, "next")}, ${link(last, "last")}` } : {};
	send(response, 200, items.slice((page - 1) * size, page * size), links);
}
