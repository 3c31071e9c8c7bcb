import { CopyButton } from "../../ui/copy-button";

/** Values to enter elsewhere, each with its copy button. */
export function ValueList({ values }: { values: readonly { label: string; value: string }[] }) {
	return (
		<dl className="divide-y divide-line rounded-lg border bg-surface">
			{values.map(({ label, value }) => (
				<div key={label} className="flex items-center gap-3 py-1.5 pr-1.5 pl-4 text-sm">
					<dt className="w-20 shrink-0 text-ink-soft text-xs">{label}</dt>
					<dd className="flex min-w-0 flex-1 items-center gap-3">
						<span className="min-w-0 flex-1 break-all font-mono text-xs">{value}</span>
						<CopyButton text={value} label={`Copy: ${label}`} />
					</dd>
				</div>
			))}
		</dl>
	);
}
