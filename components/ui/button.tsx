import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "../cn.ts";

export const buttonStyle = cva(
	"inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors duration-100 disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0",
	{
		variants: {
			look: {
				primary: "bg-accent text-accent-ink hover:bg-accent/88",
				plain: "border border-line-strong/80 bg-surface text-ink shadow-[0_1px_1px_oklch(0_0_0/0.03)] hover:bg-hover",
				quiet: "text-ink-soft hover:bg-hover hover:text-ink",
				danger: "bg-bad text-bad-ink hover:bg-bad/88",
				dangerQuiet: "text-bad hover:bg-bad-wash",
			},
			size: {
				lg: "h-9 px-4 text-base",
				md: "h-8 px-3 text-sm",
				sm: "h-7 px-2.5 text-xs",
				icon: "size-8 [&_svg]:size-4",
				iconSm: "size-7 [&_svg]:size-4",
			},
		},
		defaultVariants: { look: "plain", size: "md" },
	},
);

export type ButtonProps = ComponentProps<"button"> & VariantProps<typeof buttonStyle> & { isBusy?: boolean };

export function Button({ className, look, size, isBusy, disabled, children, ...props }: ButtonProps) {
	const classes = cn(buttonStyle({ look, size }), className);
	return (
		<button type="button" className={classes} disabled={disabled || isBusy} aria-busy={isBusy || undefined} {...props}>
			{isBusy && <LoaderCircle className="animate-spin" aria-hidden />}
			{children}
		</button>
	);
}
