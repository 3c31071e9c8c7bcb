"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { PageColumn, PageHeader } from "../layout/page-header";
import { useSearchParamsState } from "../layout/use-search-params-state.ts";
import { useShortcuts } from "../layout/use-shortcuts.ts";
import { useViewer } from "../layout/viewer";
import { OnboardingChecklist } from "../onboarding/onboarding-checklist";
import { profileQueries } from "../settings/profile-queries.ts";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Kbd } from "../ui/kbd";
import { devboxQueries } from "./devbox-queries.ts";
import { EmptyList } from "./empty-list";
import { ListSkeleton } from "./list-skeleton";
import { isInView, ListViewSwitch, readListView } from "./list-view-switch";

// Comes while the data does, behind the same skeleton.
const DevboxList = dynamic(() => import("./devbox-list").then((module) => module.DevboxList), {
	ssr: false,
	loading: () => <ListSkeleton />,
});
const CreateDevboxDialog = dynamic(() => import("./create-devbox-dialog").then((module) => module.CreateDevboxDialog), {
	ssr: false,
});

export function DevboxListPage() {
	const list = useQuery(devboxQueries.list());
	const [params, changeParams] = useSearchParamsState();
	const { userId, isAdmin } = useViewer();
	const view = readListView(params, isAdmin);
	const isAll = view === "all";
	const all = useQuery({ ...devboxQueries.workspace(), enabled: isAll });
	const shown = isAll ? all : list;
	const boxes = shown.data?.filter((box) => isInView(box, view, userId));
	const isCreating = params.get("create") === "1";
	const setCreating = (isOpen: boolean) =>
		changeParams((next) => (isOpen ? next.set("create", "1") : next.delete("create")), isOpen ? "push" : "replace");
	useShortcuts({
		c: () => {
			setCreating(true);
			return true;
		},
	});
	return (
		<PageColumn>
			<div className="flex h-[calc(100dvh-3rem)] flex-col md:h-dvh">
				<PageHeader
					title="Devboxes"
					text={<QuotaLine used={list.data?.filter((box) => box.owner.id === userId).length} />}
				>
					<Button
						look="primary"
						onClick={() => setCreating(true)}
						onPointerEnter={() => void import("./create-devbox-dialog")}
					>
						<Plus /> New devbox
						<span className="pointer-coarse:hidden [&_kbd]:border-transparent [&_kbd]:bg-accent-ink/18 [&_kbd]:text-accent-ink">
							<Kbd>c</Kbd>
						</span>
					</Button>
				</PageHeader>
				<OnboardingChecklist />
				{shown.data && shown.error && (
					<ErrorNote
						title="The list could not be refreshed"
						error={shown.error}
						className="mb-3"
						onRetry={() => void shown.refetch()}
					/>
				)}
				{(list.data || isAll) && (
					<ListViewSwitch
						hasShared={list.data?.some((box) => box.access_mode === "workspace") ?? false}
						isAdmin={isAdmin}
						view={view}
						onChange={(next) =>
							changeParams((now) => (next === "mine" ? now.delete("show") : now.set("show", next)), "replace")
						}
					/>
				)}
				{boxes ? (
					boxes.length > 0 ? (
						<DevboxList key={String(isAll)} boxes={boxes} isAll={isAll} />
					) : view !== "mine" ? (
						<p className="py-20 text-center text-ink-soft">
							{isAll
								? "Nobody in the workspace has a devbox."
								: "Nobody shows a devbox to the workspace. Show one of yours in its Settings, under Visibility."}
						</p>
					) : (
						<EmptyList onCreate={() => setCreating(true)} />
					)
				) : shown.error ? (
					<ErrorNote
						title={isAll ? "The devboxes of the workspace could not be listed" : "Your devboxes could not be listed"}
						error={shown.error}
						onRetry={() => void shown.refetch()}
					/>
				) : (
					<ListSkeleton />
				)}
			</div>
			{isCreating && <CreateDevboxDialog onClose={() => setCreating(false)} />}
		</PageColumn>
	);
}

/** `used`: of the live list, which has every devbox of one's own that counts, namely all until they are destroyed. */
function QuotaLine({ used }: { used: number | undefined }) {
	const { data: profile } = useQuery(profileQueries.me());
	if (!profile || used === undefined) return <span>&nbsp;</span>;
	return (
		<span className="nums">
			{used} of {profile.devbox_quota} devboxes used
		</span>
	);
}
