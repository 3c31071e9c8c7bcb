/** What git in a box may ask of its proxy: four requests of the smart HTTP protocol, for a repository by name. */
import { fullNameProblem } from "../../lib/domain/repository-url.ts";

export type GitService = "git-upload-pack" | "git-receive-pack";
export type GitRequest = {
	fullName: string;
	service: GitService;
	/** Asks what there is, before anything is fetched or pushed. */
	isAdvertisement: boolean;
};

const paths = /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Null for everything else. `target`: path and query as they came. */
export function parseGitRequest(o: { method: string; target: string }): GitRequest | null {
	const [pathname = "", query = ""] = o.target.split("?", 2);
	const [, fullName = "", end] = paths.exec(pathname) ?? [];
	if (!end || fullNameProblem(fullName) !== null) return null;
	if (end !== "info/refs")
		return o.method === "POST" && query === ""
			? { fullName, service: end as GitService, isAdvertisement: false }
			: null;
	if (o.method !== "GET") return null;
	const service = /^service=(git-upload-pack|git-receive-pack)$/.exec(query)?.[1];
	return service ? { fullName, service: service as GitService, isAdvertisement: true } : null;
}
