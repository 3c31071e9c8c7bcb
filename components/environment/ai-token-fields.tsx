"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { EnvironmentResponse } from "@/lib/contract/environment.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Field, Input } from "../ui/field";
import { environmentKeys } from "./environment-queries.ts";

type AiTokenFieldsProps = { box: DevboxResponse; tokens: EnvironmentResponse["ai_tokens"] };

/** Those that were asked for once: whether they are there, and a field to give them again. */
export function AiTokenFields({ box, tokens }: AiTokenFieldsProps) {
	return tokens.map((token) => (
		<div key={token.tool} className="rounded-lg border bg-surface px-3 py-2.5">
			<p className="text-sm">{token.message}</p>
			{token.state === "not_present" && <TokenForm box={box} tool={token.tool} variable={token.variable} />}
		</div>
	));
}

function TokenForm({ box, tool, variable }: { box: DevboxResponse; tool: "claude" | "codex"; variable: string }) {
	const client = useQueryClient();
	const [text, setText] = useState("");
	const give = useMutation({
		mutationFn: () => api.setAiTokens({ id: box.id, [tool === "claude" ? "claude_token" : "codex_token"]: text }),
		onSuccess: () => {
			setText("");
			return client.invalidateQueries({ queryKey: environmentKeys.of(box.id) });
		},
	});
	const id = `ai-token-${tool}`;
	const when = box.state === "ready" ? "Brought in at once" : "Kept sealed until its next start";
	return (
		<form
			className="mt-2 flex flex-col gap-2"
			onSubmit={(event) => {
				event.preventDefault();
				give.mutate();
			}}
		>
			<Field
				id={id}
				label={`Give it again, as ${variable}`}
				hint={
					<>
						{when}; it lasts until a restart. To have it always, keep it as a{" "}
						<Link href="/secrets" className="text-accent hover:underline">
							secret
						</Link>
						.
					</>
				}
			>
				<Input
					id={id}
					type="password"
					autoComplete="off"
					value={text}
					aria-describedby={`${id}-note`}
					onChange={(event) => setText(event.target.value)}
				/>
			</Field>
			{give.error && <ErrorNote title="The token was not given" error={give.error} />}
			<Button type="submit" className="self-start" size="sm" disabled={text === ""} isBusy={give.isPending}>
				Give token
			</Button>
		</form>
	);
}
