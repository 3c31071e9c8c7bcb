import type { GithubSetup } from "@/sdk/src/index.ts";
import { CodeBlock } from "../ui/code-block";
import { hostOf } from "./connect-github";

/** Nothing can be connected before the operator has made an OAuth app: what to do, with the exact values. */
export function GithubSetupGuide({ setup }: { setup: GithubSetup }) {
	const host = hostOf(setup);
	const signInCallback = setup.callback_url.replace(/\/connect$/, "");
	const variables = ["AUTH_GITHUB_ID=…", "AUTH_GITHUB_SECRET=…"];
	if (host !== "github.com") variables.push(`AUTH_GITHUB_BASE_URL=${setup.github_url}`);
	return (
		<div className="flex flex-col gap-3 rounded-lg border border-dashed px-4 py-5 text-ink-soft text-sm">
			<p>
				<span className="font-medium text-ink">This server cannot connect GitHub yet.</span> Its operator makes an OAuth
				app once. Public repositories can be cloned without it.
			</p>
			<ol className="flex list-decimal flex-col gap-3 pl-5">
				<li>
					On {host}, under Settings, Developer settings, OAuth Apps, make an app with these addresses.
					<Value name="Homepage URL" value={setup.homepage_url} />
					<Value name="Authorization callback URL" value={signInCallback} />
				</li>
				<li>
					Put its client id and a client secret into the server’s environment, and start it again.
					<CodeBlock label="Environment variables" className="mt-2" code={variables.join("\n")} />
				</li>
			</ol>
		</div>
	);
}

function Value({ name, value }: { name: string; value: string }) {
	return (
		<div className="mt-2">
			<p className="mb-1 text-ink-faint text-xs">{name}</p>
			<CodeBlock code={value} label={name} />
		</div>
	);
}
