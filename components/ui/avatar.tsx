import { cn } from "../cn.ts";

/** Initials: a picture would tell another server who looks at this page. */
const sizes = {
	xs: "size-4.5 text-[9px]",
	sm: "size-6 text-[11px]",
	md: "size-7 text-xs",
	lg: "size-10 text-base",
} as const;

export function Avatar({ login, size }: { login: string; size: keyof typeof sizes }) {
	const hue = [...login].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 360, 7);
	return (
		<span
			aria-hidden
			style={{ backgroundColor: `oklch(0.48 0.09 ${hue})` }}
			className={cn(
				"grid shrink-0 select-none place-items-center rounded-full font-semibold text-white uppercase",
				sizes[size],
			)}
		>
			{login.slice(0, 1)}
		</span>
	);
}
