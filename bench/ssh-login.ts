/** The real `ssh` client with a registered key through the SSH gateway, and with the same key straight into the box's own sshd. */
import { createBenchBox } from "./bench-box.ts";
import type { FigureTable } from "./figures.ts";
import { timeInTurns } from "./in-turns.ts";
import { openPlainSsh, openSshLine, runProgram, sshFlags } from "./plain-ssh.ts";
import type { Product } from "./product.ts";

const rounds = 10;
const perRound = 2;

export async function benchSsh(product: Product, table: FigureTable): Promise<void> {
	const gateway = await product.api.getSshGateway();
	await using box = await createBenchBox(product, "ssh");
	const plain = await openPlainSsh(product, box.id);
	const key = await product.api.addSshKey({ name: "benchmark", public_key: plain.publicKey });
	const ways = {
		gateway: {
			flags: sshFlags({ keyFile: plain.keyFile, port: gateway.port }),
			target: `${box.data.label}@${gateway.host}`,
		},
		plain,
	};
	try {
		await addPair(table, "ssh: connect to prompt", (way) => async () => {
			const line = await openSshLine(ways[way].flags, ways[way].target);
			line.close();
		});
		await addPair(
			table,
			"ssh: one command (`true`)",
			(way) => () => runProgram("ssh", [...ways[way].flags, ways[way].target, "true"]),
		);
	} finally {
		await product.api.removeSshKey({ id: key.id });
		plain.remove();
	}
}

type Way = "gateway" | "plain";

async function addPair(table: FigureTable, name: string, callOf: (way: Way) => () => Promise<void>): Promise<void> {
	const { gateway, plain } = await timeInTurns(
		{ gateway: { call: callOf("gateway"), perRound }, plain: { call: callOf("plain"), perRound } },
		rounds,
	);
	const beside = (value: number) => ({ name: "straight into the box's sshd", value });
	table.add({ name: `${name}, p50`, value: gateway.p50, unit: "ms", beside: beside(plain.p50) });
	table.add({ name: `${name}, slowest`, value: gateway.max, unit: "ms", beside: beside(plain.max) });
}
