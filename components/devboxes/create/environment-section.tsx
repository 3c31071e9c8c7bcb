"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import type { ClipboardEvent } from "react";
import { useFieldArray } from "react-hook-form";
import { environmentLimits } from "@/lib/domain/devbox-inputs.ts";
import { Button } from "../../ui/button";
import { Input, Select } from "../../ui/field";
import { parseDotenv } from "./parse-dotenv.ts";
import { pickableSecrets } from "./pick-queries.ts";
import type { CreateForm } from "./use-create-form.ts";

const emptyVariable = { name: "", value: "", secret_id: "" };

/** Names, and values or secrets of the vault. A .env block that is pasted into a row becomes rows. */
export function EnvironmentSection({ form, draft, errorAt }: CreateForm) {
	const { fields, append, remove } = useFieldArray({ control: form.control, name: "env" });
	const onPaste = (event: ClipboardEvent, index: number) => {
		const pasted = parseDotenv(event.clipboardData.getData("text"));
		if (!pasted) return;
		event.preventDefault();
		const { name = "", value = "", secret_id = "" } = draft.env[index] ?? {};
		const isEmpty = name === "" && value === "" && secret_id === "";
		const kept = draft.env.filter((_, other) => other !== index || !isEmpty);
		const names = new Set(pasted.map((variable) => variable.name));
		form.setValue("env", [
			...kept.filter((variable) => !names.has(variable.name)),
			...pasted.map((variable) => ({ ...variable, secret_id: "" })),
		]);
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
				<Button size="sm" className={fields.length ? "mt-2" : ""} onClick={() => append(emptyVariable)}>
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
	const { data: secrets = [] } = useQuery(pickableSecrets());
	const { name, secret_id } = form.watch(`env.${index}`) ?? emptyVariable;
	const choose = (id: string) => {
		const secret = secrets.find((one) => one.id === id);
		form.setValue(`env.${index}.secret_id`, id);
		form.setValue(`env.${index}.value`, "");
		if (secret?.env_name && name === "") form.setValue(`env.${index}.name`, secret.env_name);
	};
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
				<div className="flex min-w-0 flex-wrap gap-2">
					{!secret_id && (
						<Input
							aria-label={`Value of variable ${index + 1}`}
							className="min-w-24 flex-1 font-mono text-sm"
							type="password"
							autoComplete="off"
							placeholder="value"
							{...form.register(`env.${index}.value`)}
						/>
					)}
					{secrets.length > 0 && (
						<Select
							aria-label={`Secret of variable ${index + 1}`}
							className={secret_id ? "min-w-0 flex-1" : "w-24"}
							value={secret_id}
							onChange={(event) => choose(event.target.value)}
						>
							<option value="">{secret_id ? "A value instead" : "Secret …"}</option>
							{secrets.map(({ id, name: label, scope }) => (
								<option key={id} value={id}>
									{scope === "workspace" ? `${label} (workspace)` : label}
								</option>
							))}
						</Select>
					)}
				</div>
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
