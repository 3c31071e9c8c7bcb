/**
 * Where a `SecretText` is revealed (lib/domain/secret-text.ts): in the files of the table alone, and there in nothing that is logged,
 * printed or thrown. What a file reveals into a name of its own is followed by that name.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { trackedFiles } from "./tracked-files.ts";

/** Each place of use, and what for. */
const places: Readonly<Record<string, string>> = {
	"gateway/api/read-input.ts": "looks for NUL characters",
	"gateway/credentials/credentials.ts": "hashes a credential as the key of a cache",
	"gateway/git/forward-git.ts": "the header of a request to GitHub",
	"gateway/main.ts": "connects to the database",
	"gateway/ssh/host-key.ts": "parses the host key",
	"gateway/ssh/ssh-server.ts": "hands the host key to ssh2",
	"lib/auth/api-token.ts": "hashes a token",
	"lib/auth/github-profile.ts": "the header of a request to GitHub",
	"lib/auth/github-provider.ts": "hands the client's secret to next-auth",
	"lib/auth/session.ts": "hashes a cookie's token",
	"lib/auth/web-server.ts": "connects to the database",
	"lib/domain/devbox-inputs.ts": "looks for NUL characters",
	"lib/domain/secret-text.ts": "JSON for the vault",
	"lib/git/server-git.ts": "the header of git's request to GitHub",
	"lib/github/github-api.ts": "the header of a request to GitHub",
	"lib/github/github-oauth.ts": "the body of a request to GitHub",
	"lib/identity/identity-keys.ts": "parses a key that signs ID tokens",
	"lib/link/ssh-connection.ts": "hands a link's key to ssh2",
	"lib/usecases/environment/write-environment.ts": "writes it into the box",
	"lib/usecases/execs/box-script.ts": "hands it to a command in the box",
	"lib/vault/envelope-sealer.ts": "seals and fingerprints",
	"lib/vault/open-sealer.ts": "parses the key-encryption keys",
	"ops/install/data-folders.ts": "writes the host key's file",
	"worker/main.ts": "connects to the database",
};

const folders = /^(app|components|gateway|lib|ops|worker)\/|^[^/]+\.tsx?$/;
const left = /\.test\.tsx?$|\/testing\/|^lib\/db\/generated\/|\/test-[^/]+$/;

export async function checkReveals(): Promise<string[]> {
	const files = (await trackedFiles()).filter((file) => /\.tsx?$/.test(file) && folders.test(file) && !left.test(file));
	const root = path.resolve(import.meta.dirname, "..");
	const found = files.map((file) => revealsIn(file, readFileSync(path.join(root, file), "utf8")));
	const used = new Set(found.filter(({ count }) => count > 0).map(({ file }) => file));
	return [
		...found.flatMap(({ file, count, leaks }) => [
			...(count > 0 && !(file in places)
				? [`${file} reveals a secret: not one of the places of scripts/check-reveals.ts`]
				: []),
			...leaks,
		]),
		...Object.keys(places)
			.filter((file) => !used.has(file))
			.map((file) => `${file} reveals no secret any more: take it out of scripts/check-reveals.ts`),
	];
}

export function revealsIn(file: string, text: string): { file: string; count: number; leaks: string[] } {
	const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
	const revealed = new Set<string>();
	const leaks: string[] = [];
	let count = 0;
	visit(source, (node) => {
		if (!isReveal(node)) return;
		count += 1;
		const name = nameGivenTo(node);
		if (name) revealed.add(name);
	});
	visit(source, (node) => {
		const isOne = isReveal(node) || (ts.isIdentifier(node) && revealed.has(node.text) && !isDeclared(node));
		const sink = isOne ? sinkOf(node) : null;
		if (!sink) return;
		const { line } = source.getLineAndCharacterOfPosition(node.getStart());
		leaks.push(`${file}:${line + 1} a revealed secret is ${sink}`);
	});
	return { file, count, leaks };
}

function visit(node: ts.Node, on: (node: ts.Node) => void): void {
	on(node);
	ts.forEachChild(node, (child) => visit(child, on));
}

function isReveal(node: ts.Node): node is ts.CallExpression {
	return (
		ts.isCallExpression(node) &&
		ts.isPropertyAccessExpression(node.expression) &&
		node.expression.name.text === "reveal"
	);
}

/** `text` of `const text = secret.reveal()`, whatever is called on it in between. */
function nameGivenTo(node: ts.Node): string | null {
	for (let at = node.parent; at && !ts.isStatement(at) && !ts.isFunctionLike(at); at = at.parent) {
		// An answer to a request that carried it is another thing.
		if (ts.isAwaitExpression(at)) return null;
		if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
	}
	return null;
}

function isDeclared({ parent }: ts.Identifier): boolean {
	return (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) && ts.isIdentifier(parent.name);
}

/** What becomes of it, where that is seen by people; null where it is not. */
function sinkOf(node: ts.Node): string | null {
	for (let at = node.parent; at; at = at.parent) {
		if (ts.isThrowStatement(at)) return "thrown";
		if (ts.isNewExpression(at) && /Error$/.test(at.expression.getText())) return "put into an error";
		if (ts.isCallExpression(at) && isLogging(at.expression)) return "logged";
		// What only reads it, a hash or a test, is no leak: the function's own body ends the search.
		if (ts.isFunctionLike(at)) return null;
	}
	return null;
}

/** `log.warn`, `this.#o.log.warn`, `console.log`, `report.note`, `process.stdout.write`, `recordAudit`. */
function isLogging(called: ts.Expression): boolean {
	return /(^|[.#])(log|logger|console|report|stdout|stderr)\.\w+$|^(recordAudit|stampAuditEvent)\w*$/.test(
		called.getText(),
	);
}
