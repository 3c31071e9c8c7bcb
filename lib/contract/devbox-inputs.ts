/** Fields that a create and the workspace's defaults have in common. */
import { z } from "zod";
import { setupCommandProblem, setupLimits } from "../domain/devbox-inputs.ts";
import { expiryDaysMax, expiryProblem, idleTimeoutNames } from "../domain/lifetime-rules.ts";
import { parseRepositoryUrl } from "../domain/repository-url.ts";
import { parseSize, sizeNames } from "../domain/sizes.ts";
import { textWithout } from "./text-without.ts";

export const imageName = z.string().min(1).max(200).meta({ description: "Name of an image", example: "builtin:base" });

export const sizeWord = z.string().transform((word, context) => {
	const size = parseSize(word);
	if (size) return size;
	context.addIssue({
		code: "custom",
		message: `Unknown size ${JSON.stringify(word.slice(0, 40))}. Known sizes: ${sizeNames.join(", ")} (small is s).`,
	});
	return z.NEVER;
});

/** An empty text is none, as clients of the published protocol send it. */
export const repositoryAddress = textWithout((text) => {
	const parsed = text === "" ? null : parseRepositoryUrl(text);
	return parsed && "problem" in parsed ? parsed.problem : null;
});

const { commandsMax, timeoutSecondsMin, timeoutSecondsMax } = setupLimits;

export const setupCommands = z
	.array(textWithout(setupCommandProblem))
	.max(commandsMax, `At most ${commandsMax} setup commands.`)
	.meta({ description: "Run one after the other by bash; the first that fails fails the box. 4 KiB each" });

const timeoutWords = `Seconds, a whole number from ${timeoutSecondsMin} to ${timeoutSecondsMax}.`;
export const setupTimeoutSeconds = z
	.number(timeoutWords)
	.int(timeoutWords)
	.min(timeoutSecondsMin, timeoutWords)
	.max(timeoutSecondsMax, timeoutWords)
	.meta({ description: "For all setup commands together" });

export const autoStopIdleTimeout = z
	.enum(idleTimeoutNames, `One of ${idleTimeoutNames.join(", ")}.`)
	.meta({ description: "Stopped after so long without use: no terminal, SSH connection, command or preview" });

export const expiresAfter = textWithout(expiryProblem).meta({
	description: `Destroyed so long after it was asked for: hours, days or weeks as 8h, 7d, 2w, at most ${expiryDaysMax} days; or never`,
	example: "7d",
});
