import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import type { SignInOptions } from "@/lib/domain/sign-in-options.ts";
import { CodeBlock } from "../ui/code-block";

/** For whoever runs the server: the exact values of the OAuth app's form, to paste. */
export function GithubGuide({ options }: { options: SignInOptions }) {
	const variables = ["AUTH_GITHUB_ID=…", "AUTH_GITHUB_SECRET=…"];
	if (options.githubHost !== "github.com") variables.push(`AUTH_GITHUB_BASE_URL=https://${options.githubHost}`);
	return (
		<details className="group mt-8 border-t pt-4">
			<summary className="-mx-1 flex cursor-pointer list-none items-center gap-1 rounded px-1 text-ink-soft text-sm hover:text-ink [&::-webkit-details-marker]:hidden">
				<ChevronRight className="size-3.5 transition-transform duration-100 group-open:rotate-90" aria-hidden />
				You run this server? Set up sign-in with GitHub
			</summary>
			<ol className="mt-3 flex flex-col gap-4 text-sm">
				<Step number={1}>
					<p>
						On {options.githubHost}, open{" "}
						<em className="font-medium not-italic">Settings → Developer settings → OAuth Apps → New</em> and enter:
					</p>
					<Value name="Homepage URL" value={options.homepageUrl} />
					<Value name="Authorization callback URL" value={options.callbackUrl} />
				</Step>
				<Step number={2}>
					<p>Nothing to choose there, but so that you know: Devbox asks for these scopes.</p>
					<Value name="Scopes" value={options.scopes} />
				</Step>
				<Step number={3}>
					<p>Generate a client secret, put both values into the server’s environment, and start it again:</p>
					<CodeBlock label="Environment variables" className="mt-2" code={variables.join("\n")} />
				</Step>
				<Step number={4}>
					<p>
						Sign-up stays closed: invite logins under Settings, Members, or let in whole organisations with{" "}
						<code className="text-xs">AUTH_GITHUB_ALLOWED_ORGS=org1,org2</code> (then the scope{" "}
						<code className="text-xs">read:org</code> is asked for as well).
					</p>
				</Step>
			</ol>
		</details>
	);
}

function Step({ number, children }: { number: number; children: ReactNode }) {
	return (
		<li className="flex gap-3">
			<span
				aria-hidden
				className="grid size-5 shrink-0 place-items-center rounded-full bg-hover text-ink-soft text-xs nums"
			>
				{number}
			</span>
			<div className="min-w-0 flex-1 text-ink-soft">{children}</div>
		</li>
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
