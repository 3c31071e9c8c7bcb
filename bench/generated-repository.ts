/**
 * A repository of a size that is asked for, the same at each run: text lines that compress by a quarter, in folders, with some commits
 * that change a few files each. Written by `git fast-import`, so that it takes seconds.
 */
import { execFileSync, spawn } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { once } from "node:events";

export type RepositoryShape = {
	files: number;
	/** Of one file in the working copy. */
	fileBytes: number;
	/** After the first one. */
	commits: number;
	filesPerCommit: number;
};

const filesPerFolder = 100;
const lineLength = 76;

/** Bare, at `folder`, which must not exist, as one pack, with the branch `main`. */
export async function generateRepository(folder: string, shape: RepositoryShape): Promise<void> {
	execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", folder]);
	const child = spawn("git", ["--git-dir", folder, "fast-import", "--quiet", "--done"], {
		stdio: ["pipe", "ignore", "inherit"],
	});
	const ended = once(child, "close");
	const write = async (data: string) => {
		if (!child.stdin.write(data)) await once(child.stdin, "drain");
	};
	const random = randomText();
	const contents: string[] = [];
	for (let index = 0; index < shape.files; index++) contents.push(random(shape.fileBytes));
	await write(commitHead(0));
	for (const [index, text] of contents.entries()) await write(fileEntry(index, text));
	for (let commit = 1; commit <= shape.commits; commit++) {
		await write(commitHead(commit));
		for (let change = 0; change < shape.filesPerCommit; change++) {
			const index = (commit * 7919 + change * 104_729) % shape.files;
			const changed = `${contents[index]?.slice(0, -lineLength * 2)}${random(lineLength * 2)}`;
			contents[index] = changed;
			await write(fileEntry(index, changed));
		}
	}
	child.stdin.end("done\n");
	const [code] = await ended;
	if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
	// What a server has: one pack, with deltas, and a bitmap of what each commit reaches.
	const tidy = ["-c", "pack.threads=2", "repack", "-a", "-d", "-q", "--write-bitmap-index"];
	execFileSync("git", ["--git-dir", folder, ...tidy], { stdio: "inherit" });
}

function commitHead(number: number): string {
	const message = `commit ${number}`;
	return `commit refs/heads/main\ncommitter Bench <bench@example.test> ${1_700_000_000 + number} +0000\ndata ${message.length}\n${message}\n`;
}

function fileEntry(index: number, text: string): string {
	return `M 100644 inline src/part-${Math.floor(index / filesPerFolder)}/file-${index}.txt\ndata ${text.length}\n${text}\n`;
}

/** Lines of base64 from a keystream with a fixed key. */
function randomText(): (bytes: number) => string {
	const stream = createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16));
	return (bytes) => {
		const text = stream
			.update(Buffer.alloc(Math.ceil((bytes * 3) / 4)))
			.toString("base64")
			.slice(0, bytes);
		return text.replace(new RegExp(`.{${lineLength - 1}}`, "g"), "$&\n").slice(0, bytes);
	};
}
