import { Lock, Undo2 } from "lucide-react";

export type MarkProps = {
	/** What the workspace says of the field; undefined while that is not known. */
	isLocked: boolean | undefined;
	isTouched: boolean;
	onReset: () => void;
	/** What is given back to the workspace's default. */
	label: string;
};

/** Beside a field: whether its value is the workspace's, must be, or is one's own. */
export function DefaultMark({ isLocked, isTouched, onReset, label }: MarkProps) {
	if (isLocked === undefined) return null;
	if (isLocked)
		return (
			<span className="inline-flex items-center gap-1 text-ink-soft text-xs">
				<Lock className="size-3" aria-hidden /> Locked by the workspace
			</span>
		);
	if (!isTouched) return <span className="text-ink-faint text-xs">Workspace default</span>;
	return (
		<button
			type="button"
			className="inline-flex items-center gap-1 rounded text-accent text-xs hover:underline"
			onClick={onReset}
			aria-label={`Use the default: ${label}`}
		>
			<Undo2 className="size-3" aria-hidden /> Use the default
		</button>
	);
}
