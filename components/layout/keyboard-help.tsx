"use client";
import { Dialog, DialogBody, DialogContent } from "../ui/dialog";
import { Kbd } from "../ui/kbd";

const groups: { title: string; keys: [keys: string[], meaning: string][] }[] = [
	{
		title: "Everywhere",
		keys: [
			[["?"], "This help"],
			[["c"], "New devbox"],
		],
	},
	{
		title: "Devboxes",
		keys: [
			[["j", "k"], "Next, previous"],
			[["Enter"], "Open"],
			[["t"], "Open the terminal"],
			[["s"], "Stop or start"],
			[["x"], "Select"],
			[["/"], "Search"],
			[["Esc"], "Clear the selection"],
		],
	},
	{
		title: "A devbox",
		keys: [
			[["t"], "Terminal"],
			[["o"], "Overview"],
			[["s"], "Stop or start"],
			[["u"], "Back to the list"],
		],
	},
	{
		title: "Terminal",
		keys: [
			[["Ctrl", "Shift", "F"], "Search in the history"],
			[["Ctrl", "Shift", "C"], "Copy"],
			[["Ctrl", "Shift", "V"], "Paste"],
			[["Shift", "Enter"], "New line without sending"],
		],
	},
];

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title="Keyboard shortcuts" width="sm:max-w-xl">
				<DialogBody className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
					{groups.map((group) => (
						<section key={group.title}>
							<h3 className="mb-1.5 font-medium text-ink-faint text-xs">{group.title}</h3>
							<dl>
								{group.keys.map(([keys, meaning]) => (
									<div key={meaning} className="flex items-center justify-between py-1 text-sm">
										<dt className="text-ink-soft">{meaning}</dt>
										<dd className="flex gap-1">
											{keys.map((key) => (
												<Kbd key={key}>{key}</Kbd>
											))}
										</dd>
									</div>
								))}
							</dl>
						</section>
					))}
				</DialogBody>
			</DialogContent>
		</Dialog>
	);
}
