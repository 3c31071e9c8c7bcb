"use client";
import { useState } from "react";
import { type NetworkMode, networkModeLabels, networkModes } from "@/lib/domain/egress-policy.ts";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Field, Select } from "../ui/field";
import { DomainListField, readDomainText } from "./domain-list-field";
import type { DevboxNetworkResponse } from "./network-words.ts";
import type { useChangeNetwork } from "./use-change-network.ts";

type PolicyFormProps = { network: DevboxNetworkResponse; change: ReturnType<typeof useChangeNetwork> };

/** Mode and names; what is wrong with a name is said before it is sent. */
export function PolicyForm({ network, change }: PolicyFormProps) {
	const [mode, setMode] = useState<NetworkMode>(network.mode);
	const [text, setText] = useState(network.egress_domains.join("\n"));
	const isListed = mode === "enforce" || mode === "observe";
	const read = readDomainText(isListed ? text : "");
	const { domains } = read;
	const problem = read.problem ?? (mode === "enforce" && domains.length === 0 ? "Write at least one name." : null);
	const isSame = mode === network.mode && domains.join() === (isListed ? network.egress_domains.join() : "");
	return (
		<form
			className="flex flex-col gap-3"
			onSubmit={(event) => {
				event.preventDefault();
				if (!problem) change.mutate({ mode, egress_domains: domains });
			}}
		>
			<Field id="network-mode" label="Mode">
				<Select
					id="network-mode"
					value={mode}
					disabled={network.is_locked}
					onChange={(event) => setMode(networkModes.find((one) => one === event.target.value) ?? mode)}
				>
					{networkModes.map((one) => (
						<option key={one} value={one}>
							{networkModeLabels[one]}
						</option>
					))}
				</Select>
			</Field>
			{isListed && (
				<DomainListField
					id="network-domains"
					text={text}
					error={text.trim() === "" && network.mode !== "enforce" ? null : problem}
					disabled={network.is_locked}
					onChange={setText}
				/>
			)}
			{change.error && <ErrorNote error={change.error} />}
			<Button
				type="submit"
				look="primary"
				className="self-start"
				isBusy={change.isPending}
				disabled={network.is_locked || problem !== null || isSame}
			>
				Change policy
			</Button>
		</form>
	);
}
