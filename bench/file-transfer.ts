/** 64 MB from a local file into the box and back: by the SDK's streams, and by `scp` straight into the box. */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { createBenchBox } from "./bench-box.ts";
import type { FigureTable, Samples } from "./figures.ts";
import { timeInTurns } from "./in-turns.ts";
import { openPlainSsh, runProgram } from "./plain-ssh.ts";
import type { Product } from "./product.ts";

const megabytes = 64;
const rounds = 5;
const goal = ">= 0.8x";

export async function benchFiles(product: Product, table: FigureTable): Promise<void> {
	await using box = await createBenchBox(product, "files");
	const folder = mkdtempSync(path.join(tmpdir(), "devbox-bench-"));
	const ssh = await openPlainSsh(product, box.id);
	const local = path.join(folder, "local");
	const fetched = path.join(folder, "fetched");
	writeFileSync(local, randomBytes(megabytes * 1_000_000));
	const sha256 = await sha256Of(local);
	const check = (where: string, seen: string) => {
		if (seen !== sha256) throw new Error(`${where}: what arrived is not what was sent`);
	};
	const upload = async () => {
		const uploaded = await box.files.upload("ours", await openAsBlob(local));
		check("upload", uploaded.sha256);
	};
	const download = async () => {
		const stream = (await box.files.download("ours")) as NodeReadableStream<Uint8Array>;
		await pipeline(Readable.fromWeb(stream), createWriteStream(fetched));
	};
	const scp = (from: string, to: string) => () => runProgram("scp", ["-q", ...ssh.flags, from, to]);
	try {
		const up = await timeInTurns(
			{ ours: { call: upload, perRound: 1 }, scp: { call: scp(local, `${ssh.target}:plain`), perRound: 1 } },
			rounds,
		);
		addRates(table, "upload", up);
		const down = await timeInTurns(
			{
				ours: { call: download, perRound: 1 },
				scp: { call: scp(`${ssh.target}:plain`, `${fetched}-scp`), perRound: 1 },
			},
			rounds,
		);
		check("download", await sha256Of(fetched));
		addRates(table, "download", down);
	} finally {
		ssh.remove();
		rmSync(folder, { recursive: true, force: true });
	}
}

function addRates(table: FigureTable, what: string, { ours, scp }: { ours: Samples; scp: Samples }): void {
	const rate = (samples: Samples) => megabytes / (samples.p50 / 1000);
	const beside = { name: "scp straight into the box", value: rate(scp) };
	table.add({ name: `${what} of ${megabytes} MB, p50 of ${rounds}`, value: rate(ours), unit: "MB/s", beside, goal });
}

async function sha256Of(file: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(file), hash);
	return hash.digest("hex");
}
