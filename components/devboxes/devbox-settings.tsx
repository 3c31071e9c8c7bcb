"use client";
import Link from "next/link";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { useViewer } from "../layout/viewer";
import { Button, buttonStyle } from "../ui/button";
import { CopyButton } from "../ui/copy-button";
import { DevboxVisibility } from "./devbox-visibility";
import { LifetimeSettings } from "./lifetime-settings";
import { MadeFrom } from "./made-from";

export function DevboxSettings({ box, onDestroy }: { box: DevboxResponse; onDestroy: () => void }) {
	const { isAdmin } = useViewer();
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
			{box.state !== "destroyed" && <LifetimeSettings box={box} />}
			<MadeFrom box={box} />
			{isAdmin && (
				<section aria-labelledby="events" className="flex flex-wrap items-center gap-4">
					<div className="min-w-0 flex-1 basis-60">
						<h2 id="events" className="font-semibold text-base">
							Events
						</h2>
						<p className="text-ink-soft text-sm">Who did what to this devbox, and from where.</p>
					</div>
					<Link href={`/audit?target=${box.id}`} className={buttonStyle()}>
						Open in the audit log
					</Link>
				</section>
			)}
			{box.state !== "destroyed" && <DevboxVisibility box={box} />}
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
