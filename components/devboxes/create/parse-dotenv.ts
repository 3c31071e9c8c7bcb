/** A pasted block of `NAME=value` lines, as .env files and shells write them. */
type Variable = { name: string; value: string };

const linePattern = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/** Null when the text is no such block: nothing in it is an assignment. Comments and empty lines are passed over. */
export function parseDotenv(text: string): Variable[] | null {
	const lines = text.split(/\r?\n/);
	const variables: Variable[] = [];
	for (let at = 0; at < lines.length; at++) {
		const line = lines[at] ?? "";
		if (line.trim() === "" || line.trim().startsWith("#")) continue;
		const [, name, rest = ""] = linePattern.exec(line) ?? [];
		if (!name) return null;
		const quote = /^["']/.exec(rest)?.[0];
		if (!quote) {
			variables.push({ name, value: rest.replace(/\s+#.*$/, "").trim() });
			continue;
		}
		// A quoted value may go on over lines, until its quote ends it.
		let value = rest.slice(1);
		while (!endsQuote(value, quote) && at + 1 < lines.length) value += `\n${lines[++at]}`;
		variables.push({ name, value: unquote(value, quote) });
	}
	return variables.length > 0 ? variables : null;
}

function endOf(value: string, quote: string): number {
	for (let at = 0; at < value.length; at++) {
		if (value[at] === "\\" && quote === '"') at++;
		else if (value[at] === quote) return at;
	}
	return -1;
}

const endsQuote = (value: string, quote: string) => endOf(value, quote) >= 0;

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function unquote(value: string, quote: string): string {
	const end = endOf(value, quote);
	const inner = end < 0 ? value : value.slice(0, end);
	return quote === '"' ? inner.replace(/\\(.)/g, (_, one: string) => escapes[one] ?? one) : inner;
}
