"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { RadioGroup } from "radix-ui";
import { applyTheme, parseTheme, type Theme } from "./theme.ts";
import { useTheme } from "./use-theme.ts";

const options: { theme: Theme; label: string; icon: typeof Sun }[] = [
	{ theme: "system", label: "System", icon: Monitor },
	{ theme: "light", label: "Light", icon: Sun },
	{ theme: "dark", label: "Dark", icon: Moon },
];

export function ThemeSwitch() {
	const theme = useTheme();
	return (
		<RadioGroup.Root
			aria-label="Theme"
			value={theme}
			onValueChange={(value) => applyTheme(parseTheme(value))}
			className="inline-flex gap-0.5 rounded-lg border bg-sunken p-0.5"
		>
			{options.map(({ theme: value, label, icon: Icon }) => (
				<RadioGroup.Item
					key={value}
					value={value}
					className="flex h-7 items-center gap-1.5 rounded-md px-2.5 text-ink-soft text-sm hover:text-ink data-[state=checked]:bg-raised data-[state=checked]:text-ink data-[state=checked]:shadow-sm"
				>
					<Icon className="size-3.5" aria-hidden />
					{label}
				</RadioGroup.Item>
			))}
		</RadioGroup.Root>
	);
}
