"use client";
import { useQuery } from "@tanstack/react-query";
import { formatBytes } from "../../text/format-size.ts";
import { Select } from "../../ui/field";
import { catalogQueries } from "../catalog-queries.ts";
import { CreateField } from "./create-field";
import { fieldMark } from "./field-mark.ts";
import type { CreateForm } from "./use-create-form.ts";

export function ImageField(state: CreateForm) {
	const { form, draft, defaults, errorAt } = state;
	const { data: images } = useQuery(catalogQueries.images());
	const value = draft.image ?? defaults?.image.value ?? "";
	const names = images?.map(({ name }) => name) ?? [];
	const chosen = images?.find(({ name }) => name === value);
	const mark = fieldMark(state, "image");
	const error = errorAt("image");
	return (
		<CreateField
			id="new-image"
			label="Image"
			mark={mark}
			error={error}
			hint={chosen ? `${chosen.description}, ${formatBytes(chosen.size_bytes)}` : " "}
		>
			<Select
				id="new-image"
				aria-describedby="new-image-note"
				aria-invalid={error ? true : undefined}
				className="w-full font-mono text-sm disabled:opacity-60"
				value={value}
				disabled={mark.isLocked === true}
				onChange={(event) => form.setValue("image", event.target.value)}
			>
				{(names.includes(value) ? names : [value, ...names]).map((name) => (
					<option key={name} value={name}>
						{name}
					</option>
				))}
			</Select>
		</CreateField>
	);
}
