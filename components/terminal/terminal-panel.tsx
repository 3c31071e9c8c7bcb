"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { devboxKeys, devboxQueries } from "../devboxes/devbox-queries.ts";
import { useSearchParamsState } from "../layout/use-search-params-state.ts";
import { Button } from "../ui/button";
import { Dialog, DialogContent, DialogFooter } from "../ui/dialog";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { ConnectionMark } from "./connection-mark";
import type { ConnectionState } from "./terminal-connection.ts";
import { mainTerminal, mergeTerminalNames, nextTerminalName } from "./terminal-names.ts";
import { TerminalTabs } from "./terminal-tabs";
import { TerminalTools } from "./terminal-tools";
import { TerminalView } from "./terminal-view";
import { useGeneration } from "./use-generation.ts";

/** All terminals of a box. Those that were looked at stay connected while the page is open. */
export function TerminalPanel({ box, isVisible }: { box: DevboxResponse; isVisible: boolean }) {
	const panel = useRef<HTMLDivElement>(null);
	const [params, changeParams] = useSearchParamsState();
	const isOn = box.actions.includes("open_terminal");
	const { data: listed } = useQuery({ ...devboxQueries.terminals(box.id), enabled: isOn && isVisible, retry: false });
	const current = params.get("terminal") ?? mainTerminal;
	const [opened, setOpened] = useState<readonly string[]>([]);
	const [lastShown, setLastShown] = useState<string | null>(null);
	const [states, setStates] = useState<Readonly<Record<string, ConnectionState>>>({});
	const [closing, setClosing] = useState<string | null>(null);
	const names = mergeTerminalNames(
		listed?.map((terminal) => terminal.name) ?? [],
		opened.includes(current) || !isVisible || lastShown === current ? opened : [...opened, current],
	);
	// Opened when the address turns to it, not whenever it is missing: a closed one is in the address for a moment more,
	// and connecting to it again would make it anew.
	if (isVisible && lastShown !== current) {
		setLastShown(current);
		if (!opened.includes(current)) setOpened([...opened, current]);
	}
	const generation = useGeneration(isOn);
	const onState = useCallback(
		(name: string, state: ConnectionState) => setStates((all) => ({ ...all, [name]: state })),
		[],
	);
	const select = (name: string) =>
		changeParams((next) => (name === mainTerminal ? next.delete("terminal") : next.set("terminal", name)), "replace");
	const closeTerminal = useCloseTerminal(box.id);
	return (
		<div ref={panel} className="flex min-h-0 flex-1 flex-col bg-[var(--terminal)]">
			<div className="flex h-9 shrink-0 items-center gap-2 border-b bg-canvas px-2 sm:px-4">
				<TerminalTabs
					names={names}
					current={current}
					onSelect={select}
					onAdd={() => select(nextTerminalName(names))}
					onCloseTab={setClosing}
				/>
				<ConnectionMark state={states[current] ?? { kind: "connecting" }} />
				<TerminalTools panel={panel} />
			</div>
			{opened.map((name) => (
				<TerminalView
					key={name}
					devboxId={box.id}
					name={name}
					isVisible={isVisible && name === current}
					generation={generation}
					onState={onState}
				/>
			))}
			{closing && (
				<CloseTerminalDialog
					name={closing}
					isBusy={closeTerminal.isPending}
					onCancel={() => setClosing(null)}
					onConfirm={() =>
						closeTerminal.mutate(closing, {
							onSuccess: () => {
								setOpened((all) => all.filter((name) => name !== closing));
								if (closing === current) select(names.find((name) => name !== closing) ?? mainTerminal);
								setClosing(null);
							},
						})
					}
				/>
			)}
		</div>
	);
}

function useCloseTerminal(devboxId: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: async (name: string) => {
			try {
				await api.deleteTerminal({ id: devboxId, terminal: name });
			} catch (error) {
				// One that is gone is closed.
				if (!isDevboxError(error) || error.status !== 404) throw error;
			}
		},
		onError: (error) => showToast({ text: errorText(error), tone: "bad" }),
		onSettled: () => client.invalidateQueries({ queryKey: devboxKeys.terminals(devboxId) }),
	});
}

function CloseTerminalDialog({
	name,
	isBusy,
	onCancel,
	onConfirm,
}: {
	name: string;
	isBusy: boolean;
	onCancel: () => void;
	onConfirm: () => void;
}) {
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onCancel()}>
			<DialogContent
				title={`Close the terminal ${name}?`}
				description="What runs in it ends, and its history is gone."
				width="sm:max-w-sm"
			>
				<DialogFooter>
					<Button onClick={onCancel}>Keep it</Button>
					<Button look="danger" autoFocus isBusy={isBusy} onClick={onConfirm}>
						Close terminal
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
