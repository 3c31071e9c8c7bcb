"use client";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { AiTokenSection } from "./ai-token-section";
import { EnvironmentSection } from "./environment-section";
import { ImageField } from "./image-field";
import { LifetimeSection } from "./lifetime-section";
import { NetworkSection } from "./network-section";
import { RepositorySection } from "./repository-section";
import { SetupSection } from "./setup-section";
import { TailscaleSection } from "./tailscale-section";
import type { CreateForm } from "./use-create-form.ts";
import { VisibilitySection } from "./visibility-section";

const firstFields = ["name", "size"];

/** Everything that one need not think about. It opens by itself when something in it is wrong. */
export function MoreFields({ startsOpen = false, ...state }: CreateForm & { startsOpen?: boolean }) {
	const [isOpened, setOpened] = useState(startsOpen);
	const hasProblem = Object.keys(state.form.formState.errors).some((field) => !firstFields.includes(field));
	const isOpen = isOpened || hasProblem;
	return (
		<div>
			<button
				type="button"
				aria-expanded={isOpen}
				aria-controls="new-more"
				className="-mx-1 flex items-center gap-1 rounded px-1 font-medium text-ink-soft text-sm hover:text-ink"
				onClick={() => setOpened(!isOpen)}
			>
				<ChevronRight
					className={`size-3.5 transition-transform duration-100 ${isOpen ? "rotate-90" : ""}`}
					aria-hidden
				/>
				More
				{!isOpen && (
					<span className="ml-1 font-normal text-ink-faint">image, repository, environment, setup, network …</span>
				)}
			</button>
			<div id="new-more" hidden={!isOpen}>
				{isOpen && (
					<div className="mt-4 flex flex-col gap-5">
						<ImageField {...state} />
						<RepositorySection {...state} />
						<EnvironmentSection {...state} />
						<SetupSection {...state} />
						<AiTokenSection {...state} />
						<NetworkSection {...state} />
						<TailscaleSection {...state} />
						<LifetimeSection {...state} />
						<VisibilitySection {...state} />
					</div>
				)}
			</div>
		</div>
	);
}
