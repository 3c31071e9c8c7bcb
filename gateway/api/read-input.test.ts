import { describe, expect, test } from "vitest";
import type { AiTokenHeaders } from "../../lib/contract/ai-tokens.ts";
import { apiOperations } from "../../lib/contract/api.ts";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { bodyBytesMax, type RawInput, readInput } from "./read-input.ts";

function raw(
	body: string | Uint8Array<ArrayBuffer> | null,
	o: Partial<RawInput> & { contentType?: string } = {},
): RawInput {
	const headers = new Headers(body === null ? {} : { "content-type": o.contentType ?? "application/json" });
	return { params: {}, query: {}, headers, body: body === null ? null : new Blob([body]).stream(), ...o };
}

async function refusal(operation: ApiOperation, input: RawInput): Promise<AppError> {
	const error = await readInput(operation, input).catch((caught: unknown) => caught);
	expect(error).toBeInstanceOf(AppError);
	return error as AppError;
}

describe("the body of a request", () => {
	test("is what the contract says, with its defaults", async () => {
		const input = await readInput(apiOperations.createDevbox, raw(`{"name":"a","extra":1}`));
		expect(input).toMatchObject({ body: { name: "a", env: {}, repositories: [] } });
		expect(input.body).not.toHaveProperty("extra");
	});

	test("may be told more by headers, which are named as headers when they are wrong", async () => {
		const headers = (token: string) => new Headers({ "content-type": "application/json", "x-claude-token": token });
		const good = await readInput(apiOperations.createDevbox, raw(`{"name":"a"}`, { headers: headers("sk-1") }));
		expect(good.headers).toEqual({ "X-Claude-Token": new SecretText("sk-1") });
		expect((good.headers as AiTokenHeaders)["X-Claude-Token"]?.reveal()).toBe("sk-1");
		const error = await refusal(apiOperations.createDevbox, raw(`{"name":"a"}`, { headers: headers("a b secret") }));
		expect(error.fields?.[0]?.loc).toEqual(["header", "X-Claude-Token"]);
		expect(JSON.stringify(error.fields)).not.toContain("secret");
	});

	test("that is none is taken as empty: what is needed is named", async () => {
		const error = await refusal(apiOperations.createDevbox, raw(null));
		expect(error.fields).toEqual([{ loc: ["body", "name"], msg: "This field is needed.", type: "missing" }]);
	});

	test("names every field at fault at once", async () => {
		const error = await refusal(apiOperations.createDevbox, raw(`{"name":"","size":"huge"}`));
		expect(error.fields?.map((field) => field.loc)).toEqual([
			["body", "name"],
			["body", "size"],
		]);
	});

	test("that is no JSON, no UTF-8 or of another type is refused as a whole", async () => {
		const cases = [
			raw("{"),
			raw(new Uint8Array([0x22, 0xff, 0x22])),
			raw(`{"name":"a"}`, { contentType: "text/plain" }),
			raw("name=a", { contentType: "application/x-www-form-urlencoded" }),
		];
		for (const input of cases) {
			const error = await refusal(apiOperations.createDevbox, input);
			expect(error.code).toBe("invalid");
			expect(error.fields?.[0]?.loc).toEqual(["body"]);
		}
	});

	test("is not read past its bound, announced or not", async () => {
		const { createDevbox, createApiToken } = apiOperations;
		for (const [operation, bytesMax] of [
			[createApiToken, bodyBytesMax],
			[createDevbox, createDevbox.bodyBytesMax],
		] as const) {
			const large = "x".repeat(bytesMax + 1);
			expect((await refusal(operation, raw(large))).code).toBe("too_large");
			const announced = raw("{}", { headers: new Headers({ "content-length": String(bytesMax + 1) }) });
			expect((await refusal(operation, announced)).code).toBe("too_large");
		}
	});

	test("cannot carry a NUL to the database, from any place", async () => {
		const fromBody = await refusal(apiOperations.createDevbox, raw(`{"name":"a","image":"b\\u0000"}`));
		expect(fromBody.fields?.[0]?.loc).toEqual(["body", "image"]);
		const fromPath = await refusal(apiOperations.getDevbox, raw(null, { params: { id: "dbx_\0" } }));
		expect(fromPath.fields?.[0]?.loc).toEqual(["path", "id"]);
	});
});
