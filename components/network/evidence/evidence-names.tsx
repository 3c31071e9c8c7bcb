/** The first of a list's names; all of them stand in the export. */
export function EvidenceNames({ names, shownMax }: { names: readonly string[]; shownMax: number }) {
	const more = names.length - shownMax;
	return (
		<p className="break-words font-mono text-ink-soft text-xs">
			{names.slice(0, shownMax).join("  ")}
			{more > 0 && ` and ${more} more, in the export`}
		</p>
	);
}
