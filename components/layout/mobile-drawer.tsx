"use client";
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { Button } from "../ui/button";
import { NavigationLinks } from "./navigation-links";
import { UserMenu } from "./user-menu";
import { Wordmark } from "./wordmark";

export function MobileDrawer({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
	return (
		<Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<Dialog.Portal>
				<Dialog.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
				<Dialog.Content
					aria-describedby={undefined}
					className="fixed inset-y-0 left-0 z-50 flex w-64 animate-slide-in flex-col border-r bg-canvas p-3 outline-none"
				>
					<div className="mb-4 flex items-center justify-between pl-1.5">
						<Dialog.Title>
							<Wordmark />
						</Dialog.Title>
						<Dialog.Close asChild>
							<Button look="quiet" size="iconSm" aria-label="Close navigation">
								<X />
							</Button>
						</Dialog.Close>
					</div>
					<nav aria-label="Main" className="flex-1">
						<NavigationLinks onNavigate={onClose} />
					</nav>
					<UserMenu onHelp={onHelp} />
				</Dialog.Content>
			</Dialog.Portal>
		</Dialog.Root>
	);
}
