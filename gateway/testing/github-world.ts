/** A gateway whose GitHub is the stand-in, and people who connect accounts there as a browser does. */
import { type GithubStandIn, startGithubStandIn } from "../../e2e/github-stand-in.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { openGithub } from "../../lib/github/open-github.ts";
import { openLog } from "../../lib/log/log.ts";
import { openEnvelopeSealer } from "../../lib/vault/envelope-sealer.ts";
import { newKeyLine, parseKeyRing } from "../../lib/vault/key-ring.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "./test-gateway.ts";

export type GithubWorld = Awaited<ReturnType<typeof openGithubWorld>>;

export const returnUrl = "http://devbox.test/settings/github";

export async function openGithubWorld(env: Record<string, string> = {}) {
	const github = await startGithubStandIn(0);
	const keyLine = newKeyLine(1);
	const gate = await startTestGateway({
		env: {
			AUTH_GITHUB_ID: "devbox-e2e-client",
			AUTH_GITHUB_SECRET: "devbox-e2e-secret",
			AUTH_GITHUB_BASE_URL: github.url,
			DEVBOX_RETURN_ORIGINS: "https://app.example.com",
			DEVBOX_KEY_ENCRYPTION_KEY: keyLine,
			...env,
		},
	});
	const begin = async (person: TestPerson, back = returnUrl) => {
		const answer = await gate.request("/api/v1/integrations/github/connect", {
			as: person,
			body: { return_url: back },
		});
		if (answer.status !== 200) throw new Error(`connect answered ${answer.status}`);
		return (await answer.json()) as { authorize_url: string; state: string; expires_at: string };
	};
	return {
		gate,
		github,
		begin,
		/** All of it, in one browser. */
		async connect(person: TestPerson, login = "ada") {
			const { authorize_url } = await begin(person);
			return comeBack(gate, { to: await consent(github, authorize_url, login), as: person });
		},
		/** As another process of the product would: over the same database, with the same key. */
		openAccess: (o: { now?: () => number } = {}) =>
			openGithub({
				db: gate.db,
				sealer: openEnvelopeSealer(parseKeyRing(keyLine, "test")),
				baseUrl: github.url,
				client: { clientId: "devbox-e2e-client", clientSecret: new SecretText("devbox-e2e-secret") },
				publicUrl: new URL("http://devbox.test"),
				returnOrigins: [],
				allowedAddresses: [],
				log: openLog("test", { level: "silent" }),
				...o,
			}),
		api: (person: TestPerson, path: string, o: { method?: string; body?: unknown } = {}) =>
			gate.request(`/api/v1/integrations/github${path}`, { as: person, ...o }),
		async close() {
			await gate.close();
			github.close();
		},
	};
}

/** The person at GitHub says yes; answers where GitHub sends the browser. */
export async function consent(github: GithubStandIn, authorizeUrl: string, login: string): Promise<URL> {
	const url = new URL(authorizeUrl);
	url.searchParams.set(login === "" ? "deny" : "as", login || "1");
	const answer = await fetch(url, { redirect: "manual" });
	const location = answer.headers.get("location");
	if (!location) throw new Error(`${github.url} answered ${answer.status}: ${await answer.text()}`);
	return new URL(location);
}

/** A browser, signed in or not, opens the callback. */
export function comeBack(gate: TestGateway, o: { to: URL; as?: TestPerson }): Promise<Response> {
	return gate.request(`${o.to.pathname}${o.to.search}`, { as: o.as });
}
