"use client";
import { useSearchParamsState } from "../layout/use-search-params-state.ts";
import { SettingsFrame } from "../settings/settings-frame";
import { TabList } from "../ui/tab-list";
import { FilterAlert } from "./filters/filter-alert";
import { networkSections } from "./network-sections";
import { usePendingRequests } from "./use-pending-requests.ts";

/** What admins see and set of the workspace's network. */
export function NetworkPage() {
	const [params, changeParams] = useSearchParamsState();
	const section = networkSections.find(({ id }) => id === params.get("section")) ?? networkSections[0];
	const { id, Panel } = section;
	const pending = usePendingRequests();
	return (
		<SettingsFrame width="full">
			<TabList
				label="Network"
				tabs={networkSections.map((one) => (one.id === "requests" ? { ...one, count: pending } : one))}
				value={id}
				onChange={(next) =>
					changeParams((current) => {
						for (const name of [...current.keys()]) current.delete(name);
						if (next !== networkSections[0].id) current.set("section", next);
					})
				}
				className="-mt-3 mb-5"
			/>
			<div role="tabpanel" aria-labelledby={`tab-${id}`}>
				<FilterAlert />
				<Panel />
			</div>
		</SettingsFrame>
	);
}
