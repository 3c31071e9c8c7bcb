"use client";
import { useQuery } from "@tanstack/react-query";
import { RadioGroup } from "radix-ui";
import { formatMib } from "../text/format-size.ts";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { catalogQueries } from "./catalog-queries.ts";

type SizeCardsProps = { value: string; onChange: (size: string) => void; labelledBy: string; isDisabled?: boolean };

export function SizeCards({ value, onChange, labelledBy, isDisabled }: SizeCardsProps) {
	const { data: sizes, error, refetch } = useQuery(catalogQueries.sizes());
	const notice = sizes?.find((size) => size.name === value)?.notice;
	if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
	return (
		<>
			<RadioGroup.Root
				aria-labelledby={labelledBy}
				value={value}
				onValueChange={onChange}
				disabled={isDisabled}
				className="grid grid-cols-2 gap-2 sm:grid-cols-4"
			>
				{!sizes && ["s", "m", "l", "xl"].map((name) => <Skeleton key={name} className="h-[74px] rounded-lg" />)}
				{sizes?.map((size) => (
					<RadioGroup.Item
						key={size.name}
						value={size.name}
						className="rounded-lg border border-line-strong/70 bg-surface px-3 py-2 text-left hover:bg-hover disabled:opacity-60 disabled:hover:bg-surface data-[state=checked]:border-accent data-[state=checked]:bg-accent-wash data-[state=checked]:shadow-[inset_0_0_0_1px_var(--accent)]"
					>
						<span className="block font-mono font-semibold text-sm">{size.name}</span>
						<span className="block text-ink-soft text-xs nums">{size.vcpus} vCPU</span>
						<span className="block text-ink-soft text-xs nums">{formatMib(size.memory_mib)}</span>
					</RadioGroup.Item>
				))}
			</RadioGroup.Root>
			<p className="mt-1.5 min-h-4 text-ink-faint text-xs">
				{notice ?? "Sizes are caps; disk is thin, only what is used counts."}
			</p>
		</>
	);
}
