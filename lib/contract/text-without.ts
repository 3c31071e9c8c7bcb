import { z } from "zod";

/** A text that a rule of the domain has nothing against; its words are the error. */
export function textWithout(problemOf: (text: string) => string | null) {
	return z.string().superRefine((text, context) => {
		const message = problemOf(text);
		if (message) context.addIssue({ code: "custom", message });
	});
}
