import { parseAnsi } from "./ansi.ts";

const colors = [
	"text-ink-faint",
	"text-bad",
	"text-good",
	"text-warning",
	"text-working",
	"text-accent",
	"text-working",
	"text-ink",
];

export function AnsiText({ text }: { text: string }) {
	return parseAnsi(text).map((span, index) => {
		const classes = [
			span.color === null ? "" : (colors[span.color] ?? ""),
			span.isBold && "font-semibold",
			span.isDim && "opacity-75",
		];
		return (
			// biome-ignore lint/suspicious/noArrayIndexKey: the spans of one text have no identity but their place
			<span key={index} className={classes.filter(Boolean).join(" ") || undefined}>
				{span.text}
			</span>
		);
	});
}
