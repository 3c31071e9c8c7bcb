"use client";
import type { ReactNode } from "react";
import { cn } from "../cn.ts";
import { CodeBlock } from "../ui/code-block";
import { curlOf, type ListedOperation, type OpenApi } from "./open-api.ts";
import { FieldRow, SchemaFields } from "./schema-fields";

const methodLooks: Readonly<Record<string, string>> = {
	GET: "bg-good-wash text-good",
	DELETE: "bg-bad-wash text-bad",
};

type ApiOperationProps = { listed: ListedOperation; document: OpenApi; origin: string };

/** One operation, closed until asked for: the page holds all of them. */
export function ApiOperation({ listed, document, origin }: ApiOperationProps) {
	const { id, method, path, operation } = listed;
	const [status = "", success] = Object.entries(operation.responses).find(([code]) => code.startsWith("2")) ?? [];
	const failures = Object.entries(operation.responses).filter(([code]) => !code.startsWith("2"));
	const body = Object.entries(operation.requestBody?.content ?? {})[0];
	const answer = Object.entries(success?.content ?? {})[0];
	return (
		<details id={id} className="group scroll-mt-4 border-b last:border-0">
			<summary className="flex cursor-pointer flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 hover:bg-hover">
				<span
					className={cn(
						"w-16 shrink-0 rounded px-1.5 py-0.5 text-center font-mono text-xs",
						methodLooks[method] ?? "bg-accent/12 text-accent",
					)}
				>
					{method}
				</span>
				<code className="min-w-0 break-all text-xs">{path}</code>
				<span className="ml-auto text-ink-soft text-sm max-md:w-full">{operation.summary}</span>
			</summary>
			<div className="flex flex-col gap-4 px-4 pt-1 pb-5">
				<p className="text-ink-faint text-xs">
					Scope <code>{operation["x-scope"]}</code> · operation <code>{id}</code>
				</p>
				<CodeBlock code={curlOf(listed, origin)} label={`curl for ${id}`} />
				{operation.parameters && operation.parameters.length > 0 && (
					<Part title="Parameters">
						<ul className="divide-y divide-line/70 rounded-lg border bg-surface">
							{operation.parameters.map((parameter) => (
								<FieldRow
									key={`${parameter.in}-${parameter.name}`}
									name={parameter.name}
									schema={parameter.schema}
									document={document}
									isNeeded={parameter.required ?? false}
									note={`in ${parameter.in}`}
								/>
							))}
						</ul>
					</Part>
				)}
				{body && (
					<Part title={`Body, ${body[0]}`}>
						<SchemaFields schema={body[1].schema ?? { type: "bytes" }} document={document} label="Body" />
					</Part>
				)}
				<Part title={answer ? `Answer ${status}, ${answer[0]}` : `Answer ${status}, empty`}>
					{answer?.[1].schema && <SchemaFields schema={answer[1].schema} document={document} label="Answer" isAnswer />}
				</Part>
				<Part title="Errors">
					<p className="text-ink-soft text-xs">
						{failures.map(([code, { description }]) => (
							<span key={code} className="mr-3 inline-block">
								<code>{code}</code> {description}
							</span>
						))}
					</p>
				</Part>
			</div>
		</details>
	);
}

function Part({ title, children }: { title: string; children: ReactNode }) {
	return (
		<div>
			<h3 className="mb-1 font-medium text-ink-soft text-xs">{title}</h3>
			{children}
		</div>
	);
}
