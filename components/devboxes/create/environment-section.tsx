"use client";
import { Plus, X } from "lucide-react";
import type { ClipboardEvent } from "react";
import { useFieldArray } from "react-hook-form";
import { environmentLimits } from "@/lib/domain/devbox-inputs.ts";
import { Button } from "../../ui/button";
import { Input } from "../../ui/field";
import { parseDotenv } from "./parse-dotenv.ts";
import type { CreateForm } from "./use-create-form.ts";

/** Names and values. A .env block that is pasted into a row becomes rows. */
export function EnvironmentSection({ form, draft, errorAt }: CreateForm) {
	const { fields, append, remove } = useFieldArray({ control: form.control, name: "env" });
	const onPaste = (event: ClipboardEvent, index: number) => {
		const pasted = parseDotenv(event.clipboardData.getData("text"));
		if (!pasted) return;
		event.preventDefault();
		const { name = "", value = "" } = draft.env[index] ?? {};
		const kept = draft.env.filter((_, other) => other !== index || name !== "" || value !== "");
		const names = new Set(pasted.map((variable) => variable.name));
		form.setValue("env", [...kept.filter((variable) => !names.has(variable.name)), ...pasted]);
	};
	return (
		<fieldset>
			<legend className="mb-1 font-medium text-ink-soft text-sm">Environment</legend>
			<div className="flex flex-col gap-2">
				{fields.map((field, index) => (
					<VariableRow
						key={field.id}
						index={index}
						form={form}
						error={errorAt(`env.${index}.name`)}
						onPaste={(event) => onPaste(event, index)}
						onRemove={() => remove(index)}
					/>
				))}
			</div>
			{errorAt("env.root") && (
				<p role="alert" className="mt-1 text-bad text-xs">
					{errorAt("env.root")}
				</p>
			)}
			{fields.length < environmentLimits.variablesMax && (
				<Button size="sm" className={fields.length ? "mt-2" : ""} onClick={() => append({ name: "", value: "" })}>
					<Plus /> Add a variable
				</Button>
			)}
			<p className="mt-1 text-ink-faint text-xs">
				For every shell and command inside. Stored encrypted, and shown to nobody again. Paste a .env block into a name.
			</p>
		</fieldset>
	);
}

type VariableRowProps = {
	index: number;
	form: CreateForm["form"];
	error: string | undefined;
	onPaste: (event: ClipboardEvent) => void;
	onRemove: () => void;
};

function VariableRow({ index, form, error, onPaste, onRemove }: VariableRowProps) {
	const noteId = `new-env-${index}-note`;
	return (
		<div>
			<div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)_auto] gap-2">
				<Input
					aria-label={`Name of variable ${index + 1}`}
					aria-describedby={error ? noteId : undefined}
					aria-invalid={error ? true : undefined}
					className="font-mono text-sm"
					placeholder="NAME"
					autoComplete="off"
					spellCheck={false}
					onPaste={onPaste}
					{...form.register(`env.${index}.name`)}
				/>
				<Input
					aria-label={`Value of variable ${index + 1}`}
					className="font-mono text-sm"
					type="password"
					autoComplete="off"
					placeholder="value"
					{...form.register(`env.${index}.value`)}
				/>
				<Button look="quiet" size="icon" aria-label={`Leave out variable ${index + 1}`} onClick={onRemove}>
					<X />
				</Button>
			</div>
			{error && (
				<p id={noteId} role="alert" className="mt-1 text-bad text-xs">
					{error}
				</p>
			)}
		</div>
	);
}
