import { type OpenApi, resolve, type Schema, typeOf } from "./open-api.ts";

/** `isAnswer`: all of its fields are there, so that none is marked as needed. */
type SchemaFieldsProps = { schema: Schema; document: OpenApi; label: string; isAnswer?: boolean };

/** The fields of an object, one level deep; what they are made of opens below. */
export function SchemaFields({ schema, document, label, isAnswer = false }: SchemaFieldsProps) {
	const object = resolve(schema.items ?? schema, document);
	const fields = Object.entries(object.properties ?? {});
	if (fields.length === 0) return <p className="text-ink-soft text-sm">{typeOf(schema)}</p>;
	return (
		<ul aria-label={label} className="divide-y divide-line/70 rounded-lg border bg-surface">
			{fields.map(([name, field]) => (
				<FieldRow
					key={name}
					name={name}
					schema={field}
					document={document}
					isNeeded={!isAnswer && (object.required?.includes(name) ?? false)}
				/>
			))}
		</ul>
	);
}

export function FieldRow({
	name,
	schema,
	document,
	isNeeded,
	note,
}: {
	name: string;
	schema: Schema;
	document: OpenApi;
	isNeeded: boolean;
	note?: string;
}) {
	const { description } = schema.description ? schema : resolve(schema, document);
	return (
		<li className="px-3 py-2 text-sm">
			<p className="flex flex-wrap items-baseline gap-x-2">
				<code className="font-medium text-xs">{name}</code>
				<span className="min-w-0 break-words font-mono text-ink-faint text-xs">{typeOf(schema)}</span>
				{note && <span className="text-ink-faint text-xs">{note}</span>}
				{isNeeded && <span className="text-warning text-xs">needed</span>}
				{schema.default !== undefined && (
					<span className="text-ink-faint text-xs">
						default <code>{JSON.stringify(schema.default)}</code>
					</span>
				)}
			</p>
			{description && <p className="mt-0.5 text-ink-soft text-xs">{description}</p>}
		</li>
	);
}
