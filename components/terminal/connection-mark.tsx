import { cn } from "../cn.ts";
import { Tooltip } from "../ui/tooltip";
import type { ConnectionState } from "./terminal-connection.ts";

/** A small mark: connected, reconnecting with a count, ended. */
export function ConnectionMark({ state }: { state: ConnectionState }) {
	const view = viewOf(state);
	return (
		<Tooltip text={view.hint}>
			<span
				role="status"
				aria-label={`Connection: ${view.label}`}
				className="flex items-center gap-1.5 whitespace-nowrap px-1.5 text-ink-soft text-xs nums"
			>
				<span aria-hidden className={cn("size-2 rounded-full", view.dot)} />
				<span className={cn(state.kind === "connected" && state.mode === "tmux" && "max-sm:hidden")}>{view.label}</span>
			</span>
		</Tooltip>
	);
}

function viewOf(state: ConnectionState): { label: string; hint: string; dot: string } {
	switch (state.kind) {
		case "connecting":
			return { label: "Connecting", hint: "Opening the terminal", dot: "animate-shimmer bg-working" };
		case "connected":
			if (state.mode === "shell")
				return {
					label: "Connected, not kept",
					hint: "This image has no tmux: a reload or a lost connection ends what runs here.",
					dot: "bg-warning",
				};
			return {
				label: "Connected",
				hint: "What runs here goes on when you leave; come back at any time.",
				dot: "bg-good",
			};
		case "reconnecting":
			return {
				label: `Reconnecting (${state.attempt})`,
				hint: `${state.reason ?? "The connection was lost."} What you type is kept and sent when it is back.`,
				dot: "animate-shimmer bg-warning",
			};
		case "ended":
			return { label: "Ended", hint: state.reason, dot: "bg-ink-faint" };
	}
}
