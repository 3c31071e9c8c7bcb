"use client";
import { Plus, X } from "lucide-react";
import { cn } from "../cn.ts";
import { Button } from "../ui/button";
import { Tooltip } from "../ui/tooltip";

type TerminalTabsProps = {
	names: readonly string[];
	current: string;
	onSelect: (name: string) => void;
	onAdd: () => void;
	onCloseTab: (name: string) => void;
};

export function TerminalTabs({ names, current, onSelect, onAdd, onCloseTab }: TerminalTabsProps) {
	return (
		<div className="scroll-quiet flex min-w-0 flex-1 items-center gap-0.5 overflow-x-auto">
			<ul aria-label="Terminals" className="flex gap-0.5">
				{names.map((name) => (
					<li
						key={name}
						className={cn("group flex h-7 items-center rounded-md hover:bg-hover", name === current && "bg-hover")}
					>
						<button
							type="button"
							aria-current={name === current ? "true" : undefined}
							onClick={() => onSelect(name)}
							className={cn("h-7 rounded-md px-2.5 font-mono text-xs", name === current ? "text-ink" : "text-ink-soft")}
						>
							{name}
						</button>
						{names.length > 1 && (
							<button
								type="button"
								aria-label={`Close the terminal ${name}`}
								onClick={() => onCloseTab(name)}
								className="mr-1 grid size-5 place-items-center rounded text-ink-faint hover:bg-line hover:text-ink"
							>
								<X className="size-3" aria-hidden />
							</button>
						)}
					</li>
				))}
			</ul>
			<Tooltip text="New terminal">
				<Button look="quiet" size="iconSm" aria-label="New terminal" onClick={onAdd}>
					<Plus />
				</Button>
			</Tooltip>
		</div>
	);
}
