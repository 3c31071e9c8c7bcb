/**
 * What every engine keeps, as one test suite. `engineContract` is called in a test file per engine; an engine whose boxes run no
 * real commands (`runsCommands: false`) is held to everything that needs none.
 */
import { afterAll, beforeAll, describe } from "vitest";
import { boxContract } from "./engine-contract/box-contract.ts";
import { type Context, type ContractEngine, makeBox, testTimeoutMs } from "./engine-contract/context.ts";
import { copyContract, faultContract } from "./engine-contract/copy-and-fault-contract.ts";
import { createContract, powerContract } from "./engine-contract/create-and-power-contract.ts";
import { execBytesContract, execProcessContract } from "./engine-contract/exec-contract.ts";

export type EngineContract = {
	name: string;
	open(): Promise<ContractEngine>;
	/** Its boxes are real: commands run in them, and limits hold. */
	runsCommands: boolean;
};

export function engineContract(contract: EngineContract): void {
	describe(contract.name, { timeout: testTimeoutMs }, () => {
		let opened: ContractEngine;
		beforeAll(async () => {
			opened = await contract.open();
		}, 15 * 60_000);
		afterAll(async () => {
			await opened.close();
		}, testTimeoutMs);

		const context = (): Context => ({ ...opened, box: (source) => makeBox(opened, source) });
		describe("create", () => createContract(context));
		describe("power", () => powerContract(context));
		describe("copies", () => copyContract(context));
		describe("faults", () => faultContract(context));
		describe("exec bytes", () => execBytesContract(context));
		if (contract.runsCommands) {
			describe("exec processes", () => execProcessContract(context));
			describe("box", () => boxContract(context));
		}
	});
}
