"use client";
import { ArrowDown, Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { AnsiText } from "../text/ansi-text";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy-button";

type StepOutputProps = { headline: string; output: string; step: string; isFailed: boolean };

/** Within this of its end, pixels, the output follows what comes. */
const followSlackPx = 24;

/** A step's output: it follows what comes until one scrolls up. */
export function StepOutput({ headline, output, step, isFailed }: StepOutputProps) {
	const scroller = useRef<HTMLElement>(null);
	const [isFollowing, setFollowing] = useState(true);
	useEffect(() => {
		const element = scroller.current;
		if (element && isFollowing && output !== "") element.scrollTop = element.scrollHeight;
	}, [output, isFollowing]);
	const download = () => {
		const url = URL.createObjectURL(new Blob([headline, "\n", output], { type: "text/plain" }));
		const link = Object.assign(document.createElement("a"), { href: url, download: `${step}.log` });
		link.click();
		URL.revokeObjectURL(url);
	};
	return (
		<div className="border-t bg-sunken">
			{headline && (
				<p className={`break-words px-3.5 pt-2.5 text-sm ${isFailed ? "text-bad" : "text-ink-soft"}`}>
					<AnsiText text={headline} />
				</p>
			)}
			{output.trim() === "" ? (
				<div className="h-2.5" />
			) : (
				<div className="relative">
					<section
						ref={scroller}
						// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
						tabIndex={0}
						aria-label="Output"
						className="scroll-quiet max-h-80 overflow-auto px-3.5 py-2.5 -outline-offset-2"
						onScroll={(event) => {
							const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
							setFollowing(scrollTop + clientHeight >= scrollHeight - followSlackPx);
						}}
					>
						<pre className="whitespace-pre-wrap break-words text-ink-soft text-xs leading-5">
							<AnsiText text={output} />
						</pre>
					</section>
					<div className="absolute top-1.5 right-2.5 flex rounded-md bg-sunken">
						{!isFollowing && (
							<Button look="quiet" size="iconSm" aria-label="Follow the output" onClick={() => setFollowing(true)}>
								<ArrowDown />
							</Button>
						)}
						<CopyButton text={output} label="Copy the output" />
						<Button look="quiet" size="iconSm" aria-label="Download the output" onClick={download}>
							<Download />
						</Button>
					</div>
				</div>
			)}
		</div>
	);
}
