import { Skeleton } from "../ui/skeleton";

const places = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** As high as what comes, so that nothing jumps. */
export function ListSkeleton() {
	return (
		<div aria-busy="true" role="status" aria-label="Loading devboxes">
			<div className="flex gap-2 pb-3">
				<Skeleton className="h-8 w-72 max-w-full flex-1 sm:flex-none" />
				<Skeleton className="h-8 w-20" />
			</div>
			<div className="h-8 border-b" />
			{places.map((place) => (
				<div key={place} className="flex h-[58px] items-center gap-4 border-b px-2 sm:h-10">
					<Skeleton className="h-3.5 w-24" />
					<Skeleton className="h-3.5 w-36" />
					<Skeleton className="hidden h-3.5 w-28 sm:block" />
					<Skeleton className="ml-auto h-3.5 w-10" />
				</div>
			))}
		</div>
	);
}
