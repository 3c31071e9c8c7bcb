"use client";
import type { ReactNode } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { EnvironmentPanel } from "../environment/environment-panel";
import { useViewer } from "../layout/viewer";
import { formatMib } from "../text/format-size.ts";
import { RelativeTime } from "../text/relative-time";
import { LifetimeNotice } from "./lifetime-notice";
import { MetricCharts } from "./metric-charts";
import { OperationTimeline } from "./operation-timeline";
import { RepositoryList } from "./repository-list";
import { StateNotice } from "./state-notice";
import { WithheldNotice } from "./withheld-notice";

export function DevboxOverview({ box }: { box: DevboxResponse }) {
	const isOwn = useViewer().userId === box.owner.id;
	return (
		<div className="grid gap-x-8 gap-y-6 py-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
			<div className="flex min-w-0 flex-col gap-5">
				{!isOwn && (
					<p className="rounded-lg border bg-surface px-4 py-3 text-ink-soft text-sm">
						This is {box.owner.name ?? box.owner.login}’s devbox, shown to the workspace. Only its owner can work in it;
						what it printed is not shown.
					</p>
				)}
				<StateNotice box={box} />
				<WithheldNotice box={box} />
				<LifetimeNotice box={box} />
				<OperationTimeline box={box} />
			</div>
			<div className="flex min-w-0 flex-col gap-6">
				{isOwn && box.ready_at && box.state !== "destroyed" && <MetricCharts box={box} />}
				{isOwn && <RepositoryList box={box} />}
				<Facts box={box} />
				{isOwn && box.state !== "destroyed" && box.actions.length > 0 && <EnvironmentPanel box={box} />}
			</div>
		</div>
	);
}

function Facts({ box }: { box: DevboxResponse }) {
	const size = [
		box.vcpus && `${box.vcpus} vCPU`,
		box.memory_mib && formatMib(box.memory_mib),
		box.disk_gib && `${box.disk_gib} GiB disk`,
	];
	return (
		<section aria-labelledby="facts">
			<h2 id="facts" className="mb-1 font-medium text-ink-faint text-xs">
				Details
			</h2>
			<dl>
				<Fact name="Image">
					<span className="font-mono text-xs" title={box.image_ref}>
						{box.image}
					</span>
				</Fact>
				<Fact name="Size">
					{box.size}
					{size.some(Boolean) && <span className="text-ink-faint"> · {size.filter(Boolean).join(", ")}</span>}
				</Fact>
				<Fact name="Owner">{box.owner.name ?? box.owner.login}</Fact>
				<Fact name="Visible to">{box.access_mode === "workspace" ? "the workspace" : "its owner"}</Fact>
				<Fact name="Host">
					{box.host ? <span className="font-mono text-xs">{box.host.name}</span> : "not placed yet"}
				</Fact>
				{box.address && (
					<Fact name="Address">
						<span className="font-mono text-xs">{box.address}</span>
					</Fact>
				)}
				<Fact name="Created">
					<RelativeTime at={box.created_at} />
				</Fact>
				{box.state !== "destroyed" && (
					<Fact name="Last used">{box.last_used_at ? <RelativeTime at={box.last_used_at} /> : "never"}</Fact>
				)}
				{box.idle_stop_at && (
					<Fact name="Stops when idle">
						<RelativeTime at={box.idle_stop_at} />
					</Fact>
				)}
				{box.expires_at && (
					<Fact name="Destroyed by itself">
						<RelativeTime at={box.expires_at} />
					</Fact>
				)}
				{box.destroyed_at && (
					<Fact name="Destroyed">
						<RelativeTime at={box.destroyed_at} />
					</Fact>
				)}
			</dl>
			{box.notice && <p className="mt-2 text-ink-faint text-xs">{box.notice}</p>}
		</section>
	);
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
	return (
		<div className="flex justify-between gap-4 border-line/70 border-b py-2 text-sm last:border-0">
			<dt className="text-ink-soft">{name}</dt>
			<dd className="min-w-0 break-words text-right">{children}</dd>
		</div>
	);
}
