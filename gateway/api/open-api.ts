import { readFile } from "node:fs/promises";
import { z } from "zod";

const file = new URL("../../docs/openapi.json", import.meta.url);
const documentShape = z.looseObject({ openapi: z.string() });
let read: Promise<z.infer<typeof documentShape>> | null = null;

/** The document that `npm run generate` makes from the contract, read once. */
export function getOpenApi(): Promise<z.infer<typeof documentShape>> {
	read ??= readFile(file, "utf8").then((text) => documentShape.parse(JSON.parse(text)));
	return read;
}
