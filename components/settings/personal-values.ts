import type { PersonalSettingsResponse, UpdatePersonalSettingsRequest } from "@/lib/contract/personal-settings.ts";

export type PersonalField = Exclude<keyof PersonalSettingsResponse, "defaults">;
export type PersonalValues = Record<PersonalField, string>;

export const personalFields: readonly PersonalField[] = [
	"commit_name",
	"commit_email",
	"dotfiles_repository",
	"dotfiles_ref",
	"dotfiles_script",
	"shell",
	"editor",
];

export function valuesOf(settings: Pick<PersonalSettingsResponse, PersonalField>): PersonalValues {
	return Object.fromEntries(personalFields.map((field) => [field, settings[field] ?? ""])) as PersonalValues;
}

/** What differs from what was read; an empty field takes a setting away. What another tab has set meanwhile stays. */
export function changesOf(values: PersonalValues, read: PersonalValues): UpdatePersonalSettingsRequest {
	const changed = personalFields.filter((field) => values[field].trim() !== read[field]);
	return Object.fromEntries(changed.map((field) => [field, values[field].trim() || null]));
}
