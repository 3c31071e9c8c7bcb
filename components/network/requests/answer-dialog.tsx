"use client";
import { useState } from "react";
import type { NetworkRequestResponse } from "@/lib/contract/network-requests.ts";
import {
	type ApprovalTime,
	approvalTimeLabels,
	approvalTimeNames,
	requestWordsMax,
} from "@/lib/domain/network-request.ts";
import { Button } from "../../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error-note";
import { Field, Input, Select } from "../../ui/field";
import { useAnswerRequest } from "./use-answer-request.ts";

type AnswerDialogProps = { kind: "approve" | "decline"; request: NetworkRequestResponse; onClose: () => void };

/** In the place of a time: the policy's own list. */
const inPolicy = "policy";

export function AnswerDialog({ kind, request, onClose }: AnswerDialogProps) {
	const [time, setTime] = useState<ApprovalTime | typeof inPolicy>("1d");
	const [word, setWord] = useState("");
	const answer = useAnswerRequest(request.id);
	const isApproval = kind === "approve";
	const submit = () => {
		const add_to_policy = time === inPolicy;
		const said = isApproval
			? ({ kind: "approve", expires_in: add_to_policy ? "1d" : time, add_to_policy, answer: word } as const)
			: ({ kind: "decline", answer: word } as const);
		answer.mutate(said, { onSuccess: onClose });
	};
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`${isApproval ? "Approve" : "Decline"} ${request.name}?`}
				description={`${request.requested_by} asks for it for ${request.devbox.name}.${request.reason ? ` “${request.reason}”` : ""}`}
				width="sm:max-w-md"
			>
				<form
					className="contents"
					onSubmit={(event) => {
						event.preventDefault();
						submit();
					}}
				>
					<DialogBody className="flex flex-col gap-4">
						{isApproval && (
							<Field
								id="approve-time"
								label="How long"
								hint="It ends by itself. In the policy it is for every devbox that follows it, until it is taken out."
							>
								<Select
									id="approve-time"
									aria-describedby="approve-time-note"
									className="w-full"
									value={time}
									onChange={(event) =>
										setTime([...approvalTimeNames, inPolicy].find((one) => one === event.target.value) as typeof time)
									}
								>
									{approvalTimeNames.map((one) => (
										<option key={one} value={one}>
											{approvalTimeLabels[one]}, this devbox
										</option>
									))}
									<option value={inPolicy}>In the policy that it follows</option>
								</Select>
							</Field>
						)}
						<Field id="answer-word" label={isApproval ? "A word (optional)" : "Why"}>
							<Input
								id="answer-word"
								autoComplete="off"
								maxLength={requestWordsMax}
								value={word}
								onChange={(event) => setWord(event.target.value)}
							/>
						</Field>
						{answer.error && <ErrorNote title="It was not answered" error={answer.error} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look={isApproval ? "primary" : "danger"} isBusy={answer.isPending}>
							{isApproval ? "Approve" : "Decline"}
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}
