import type { UseFormRegisterReturn } from "react-hook-form";
import { Field } from "../ui/field";

/** Many lines, since keys and certificates have them; what is typed is covered by dots. */
export function SecretValueField({ field, error }: { field: UseFormRegisterReturn; error: string | undefined }) {
	return (
		<Field id="secret-value" label="Value" error={error ?? null} hint="1 byte to 64 KiB. Nobody can read it back.">
			<textarea
				id="secret-value"
				rows={4}
				autoComplete="off"
				spellCheck={false}
				aria-describedby="secret-value-note"
				aria-invalid={error ? true : undefined}
				className="w-full rounded-md border border-line-strong bg-surface px-2.5 py-1.5 font-mono text-ink text-xs [-webkit-text-security:disc] aria-invalid:border-bad"
				{...field}
			/>
		</Field>
	);
}
