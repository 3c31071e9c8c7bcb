"use client";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy-button";

export function DevboxSettings({ box, onDestroy }: { box: DevboxResponse; onDestroy: () => void }) {
	const values = [
		{ name: "Id", value: box.id },
		{ name: "Name", value: box.name },
		{ name: "Image", value: box.image_ref },
	];
	return (
		<div className="flex max-w-2xl flex-col gap-8 py-6">
			<section aria-labelledby="identity">
				<h2 id="identity" className="mb-2 font-semibold text-base">
					Identity
				</h2>
				<dl className="divide-y divide-line rounded-lg border bg-surface">
					{values.map(({ name, value }) => (
						<div key={name} className="flex items-center gap-3 px-3.5 py-1.5 text-sm">
							<dt className="w-20 shrink-0 text-ink-soft">{name}</dt>
							<dd className="flex min-w-0 flex-1 items-center justify-between gap-2">
								<span className="truncate font-mono text-xs" title={value}>
									{value}
								</span>
								<CopyButton text={value} label={`Copy: ${name}`} />
							</dd>
						</div>
					))}
				</dl>
			</section>
			{box.actions.includes("destroy") && (
				<section
					aria-labelledby="destroy"
					className="flex flex-wrap items-center gap-4 rounded-lg border border-bad/30 px-4 py-3.5"
				>
					<div className="min-w-0 flex-1 basis-60">
						<h2 id="destroy" className="font-semibold text-base">
							Destroy this devbox
						</h2>
						<p className="text-ink-soft text-sm">
							Its machine and all files in it are removed. Stop it instead to keep them.
						</p>
					</div>
					<Button look="danger" onClick={onDestroy}>
						Destroy devbox
					</Button>
				</section>
			)}
		</div>
	);
}
