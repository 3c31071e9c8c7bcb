"use client";
import { useRouter } from "next/navigation";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Kbd } from "../ui/kbd";
import { createOrder } from "./create/create-draft.ts";
import { MoreFields } from "./create/more-fields";
import { focusName, NameField } from "./create/name-field";
import { SizeField } from "./create/size-field";
import { useCreateForm } from "./create/use-create-form.ts";
import { RequestPreview } from "./request-preview";

/** Two keys finish it: `c`, then Enter. */
export function CreateDevboxDialog({ onClose }: { onClose: () => void }) {
	const router = useRouter();
	const state = useCreateForm({ onCreated: (box) => router.push(`/devboxes/${box.id}`) });
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title="New devbox"
				width="sm:max-w-2xl"
				onOpenAutoFocus={(event) => focusName(event)}
				onInteractOutside={(event) => state.form.formState.isDirty && event.preventDefault()}
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
						<MoreFields {...state} />
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
