/** A field whose text is a secret: checked as it came, and opaque from then on. */
import type { z } from "zod";
import { SecretText } from "../domain/secret-text.ts";

export function secretText<S extends z.ZodType<string>>(field: S) {
	return field.transform((text) => new SecretText(text));
}
