"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { memo, useEffect, useState } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { DevboxAction } from "@/lib/domain/devbox-state.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { cn } from "../cn.ts";
import { type Uploads, useUploads } from "../files/use-uploads.ts";
import { MessagePage } from "../layout/message-page";
import { PageColumn } from "../layout/page-header";
import { useSearchParamsState } from "../layout/use-search-params-state.ts";
import { useShortcuts } from "../layout/use-shortcuts.ts";
import { useViewer } from "../layout/viewer";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { DevboxHeader } from "./devbox-header";
import { DevboxOverview } from "./devbox-overview";
import { devboxKeys, devboxQueries } from "./devbox-queries.ts";
import { DevboxSettings } from "./devbox-settings";
import { type DevboxTab, readDevboxTab } from "./devbox-tabs";
import { PortsPanel } from "./ports-panel";
import { useDevboxCommands } from "./use-devbox-commands.ts";

const DestroyDialog = dynamic(() => import("./destroy-dialog").then((module) => module.DestroyDialog), { ssr: false });

const PanelSkeleton = () => <Skeleton className="my-6 h-64 w-full max-w-2xl" />;
const ConnectPanel = memo(
	dynamic(() => import("../connect/connect-panel").then((module) => module.ConnectPanel), {
		ssr: false,
		loading: PanelSkeleton,
	}),
);
const FilesPanel = dynamic(() => import("../files/files-panel").then((module) => module.FilesPanel), {
	ssr: false,
	loading: PanelSkeleton,
});
const ExecsPanel = memo(
	dynamic(() => import("../execs/execs-panel").then((module) => module.ExecsPanel), {
		ssr: false,
		loading: PanelSkeleton,
	}),
);

const NetworkPanel = memo(
	dynamic(() => import("../network/network-panel").then((module) => module.NetworkPanel), {
		ssr: false,
		loading: PanelSkeleton,
	}),
);

const TerminalPanel = memo(
	dynamic(() => import("../terminal/terminal-panel").then((module) => module.TerminalPanel), {
		ssr: false,
		loading: () => <div className="flex-1 bg-surface" role="status" aria-label="Loading the terminal" />,
	}),
);

/** The box as the list knows it, so that opening a row shows it at once. */
function useDevbox(id: string) {
	const client = useQueryClient();
	return useQuery({
		...devboxQueries.one(id),
		placeholderData: () => client.getQueryData<DevboxResponse[]>(devboxKeys.list())?.find((box) => box.id === id),
	});
}

export function DevboxPage({ id }: { id: string }) {
	const { data: box, error, refetch } = useDevbox(id);
	// First: a box that became private is still in the cache.
	if (isDevboxError(error) && error.status === 404) return <NoDevbox />;
	if (box) return <LoadedDevbox key={box.id} box={box} />;
	return (
		<PageColumn>
			{error ? (
				<ErrorNote className="mt-8" title="The devbox could not be read" error={error} onRetry={() => void refetch()} />
			) : (
				<div role="status" aria-label="Loading the devbox" className="pt-6">
					<Skeleton className="h-7 w-56" />
					<Skeleton className="mt-3 h-4 w-80" />
					<Skeleton className="mt-6 h-8 w-full" />
					<Skeleton className="mt-6 h-64 w-full" />
				</div>
			)}
		</PageColumn>
	);
}

function NoDevbox() {
	useEffect(() => {
		document.title = "Devbox";
	}, []);
	return (
		<MessagePage
			title="There is no such devbox"
			text="It may have been destroyed long ago, or it belongs to someone else."
			action={{ href: "/devboxes", label: "Go to devboxes" }}
		/>
	);
}

function LoadedDevbox({ box }: { box: DevboxResponse }) {
	const [params, changeParams] = useSearchParamsState();
	const { userId } = useViewer();
	const tab = readDevboxTab(params, box, userId);
	const [isTerminalOpened, setTerminalOpened] = useState(false);
	// Here, since they go on behind the other tabs.
	const uploads = useUploads(box.id);
	const commands = useDevboxCommands();
	const router = useRouter();
	const isDestroying = params.get("destroy") === "1" && box.actions.includes("destroy");
	const setTab = (next: DevboxTab) =>
		changeParams((current) => (next === "overview" ? current.delete("tab") : current.set("tab", next)));
	const setDestroying = (isOpen: boolean) =>
		changeParams(
			(current) => (isOpen ? current.set("destroy", "1") : current.delete("destroy")),
			isOpen ? "push" : "replace",
		);
	const act = (action: DevboxAction) => {
		if (action === "open_terminal") setTab("terminal");
		else if (action === "stop") commands.stop.mutate([box.id]);
		else if (action === "start") commands.start.mutate([box.id]);
		else setDestroying(true);
	};
	useShortcuts({
		t: () => {
			if (box.actions.includes("open_terminal")) setTab("terminal");
			return true;
		},
		o: () => {
			setTab("overview");
			return true;
		},
		s: () => {
			const action = (["stop", "start"] as const).find((name) => box.actions.includes(name));
			if (action) act(action);
			return true;
		},
		u: () => {
			router.push("/devboxes");
			return true;
		},
	});
	useEffect(() => {
		if (tab === "terminal") setTerminalOpened(true);
	}, [tab]);
	useEffect(() => {
		document.title = `${box.name} · Devbox`;
	}, [box.name]);
	const isTerminal = tab === "terminal";
	return (
		<div className={cn("flex flex-1 flex-col", isTerminal && "h-[calc(100dvh-3rem)] md:h-dvh")}>
			<DevboxHeader
				box={box}
				tab={tab}
				onTab={setTab}
				onAction={act}
				isBusy={commands.stop.isPending || commands.start.isPending}
			/>
			{/* Once opened, a terminal stays connected behind the other tabs. */}
			{isTerminalOpened && (
				<div className={cn("min-h-0 flex-1 flex-col", isTerminal ? "flex" : "hidden")}>
					<TerminalPanel box={box} isVisible={isTerminal} />
				</div>
			)}
			{!isTerminal && (
				<PageColumn>
					<TabPanel tab={tab} box={box} uploads={uploads} onDestroy={() => setDestroying(true)} />
				</PageColumn>
			)}
			{isDestroying && (
				<DestroyDialog
					boxes={[box]}
					onClose={() => setDestroying(false)}
					onDestroy={() => commands.destroy.mutateAsync([box.id])}
				/>
			)}
		</div>
	);
}

type TabPanelProps = { tab: DevboxTab; box: DevboxResponse; uploads: Uploads; onDestroy: () => void };

function TabPanel({ tab, box, uploads, onDestroy }: TabPanelProps) {
	if (tab === "connect") return <ConnectPanel box={box} />;
	if (tab === "files") return <FilesPanel box={box} uploads={uploads} />;
	if (tab === "commands") return <ExecsPanel box={box} />;
	if (tab === "ports") return <PortsPanel box={box} />;
	if (tab === "network") return <NetworkPanel box={box} />;
	if (tab === "settings") return <DevboxSettings box={box} onDestroy={onDestroy} />;
	return <DevboxOverview box={box} />;
}
