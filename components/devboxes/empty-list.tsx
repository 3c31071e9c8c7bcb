"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import { suggestDevboxName } from "@/lib/domain/devbox-name.ts";
import { LogoMark } from "../layout/wordmark";
import { Button } from "../ui/button";
import { CodeBlock } from "../ui/code-block";
import { requestAsCurl } from "./request-snippets.ts";

/** One sentence, one button, and the same from outside the browser. */
export function EmptyList({ onCreate }: { onCreate: () => void }) {
	const [name] = useState(() => suggestDevboxName());
	return (
		<div className="mx-auto flex w-full max-w-xl flex-1 flex-col items-center justify-center gap-4 pb-16 text-center">
			<LogoMark className="size-10" />
			<p className="max-w-md text-balance text-ink-soft">
				A devbox is an isolated Linux machine that is ready in seconds: yours to work in, break and throw away.
			</p>
			<Button look="primary" onClick={onCreate}>
				<Plus /> New devbox
			</Button>
			<div className="mt-6 w-full min-w-0">
				<p className="mb-2 text-ink-faint text-xs">The same from a shell</p>
				<CodeBlock
					label="curl request"
					code={requestAsCurl({ origin: window.location.origin, order: { body: { name }, headers: {} } })}
				/>
			</div>
		</div>
	);
}
