"use client";
import { useRouter } from "next/navigation";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Kbd } from "../ui/kbd";
import { createOrder } from "./create/create-draft.ts";
import type { Likeness } from "./create/draft-like.ts";
import { MoreFields } from "./create/more-fields";
import { focusName, NameField } from "./create/name-field";
import { SizeField } from "./create/size-field";
import { useCreateForm } from "./create/use-create-form.ts";
import { RequestPreview } from "./request-preview";

/** Two keys finish it: `c`, then Enter. `like`: another devbox, whose making stands in it from the beginning. */
export function CreateDevboxDialog({ onClose, like }: { onClose: () => void; like?: Likeness }) {
	const router = useRouter();
	const state = useCreateForm({ onCreated: (box) => router.push(`/devboxes/${box.id}`), start: like?.start });
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={like ? `New devbox like ${like.name}` : "New devbox"}
				width="sm:max-w-2xl"
				onOpenAutoFocus={(event) => focusName(event)}
				holdsWork={state.isTouched}
			>
				<form
					className="contents"
					noValidate
					onSubmit={(event) => {
						event.preventDefault();
						state.submit();
					}}
				>
					<DialogBody className="flex flex-col gap-4">
						<NameField {...state} />
						<SizeField {...state} />
						{like && like.missing.length > 0 && (
							<p className="text-ink-soft text-sm">
								To be given again, since nobody but the devbox has it: {like.missing.map(missingWord).join(", ")}.
							</p>
						)}
						<MoreFields {...state} startsOpen={like !== undefined} />
						<RequestPreview order={createOrder(state.draft, state.defaults)} />
						{state.error !== null && <ErrorNote title="The devbox was not created" error={state.error} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look="primary" isBusy={state.isBusy}>
							Create devbox
							<span className="pointer-coarse:hidden [&_kbd]:border-transparent [&_kbd]:bg-accent-ink/18 [&_kbd]:text-accent-ink">
								<Kbd>↵</Kbd>
							</span>
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}

const missingWord = (what: string) =>
	({ "X-Claude-Token": "the Claude token", "X-Codex-Token": "the Codex token" })[what] ?? `the value of ${what}`;
