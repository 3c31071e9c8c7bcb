/** The same way into a real devbox, whose loopback is its own. The other tests of previews have servers of their own to answer. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BoxLink } from "../../lib/domain/box-link.ts";
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { openLink } from "../../lib/link/open-link.ts";
import { startTestBox, type TestBox } from "../../lib/link/testing/test-box.ts";
import { eventually } from "../testing/eventually.ts";
import { type Browser, openBrowser } from "../testing/preview-world.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

const port = 48_080;
const host = `${port}--web.preview.devbox.test`;

/** Answers every request with what it got; perl is in every Debian. */
const echo = `use IO::Socket::INET; $| = 1; $SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => ${port}, Listen => 64, ReuseAddr => 1) or die;
while (my $client = $server->accept) {
	next if fork;
	my $got = '';
	while (1) {
		while ($got !~ /\\r\\n\\r\\n/) { exit unless sysread($client, $got, 65536, length $got) }
		$got =~ s/^(.*?\\r\\n\\r\\n)//s;
		syswrite($client, "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($1) . "\\r\\n\\r\\n" . $1);
	}
}`;

let box: TestBox;
let link: BoxLink;
let gate: TestGateway;
let ann: TestPerson;
let browser: Browser;

beforeAll(async () => {
	box = await startTestBox();
	link = await openLink({ ...box, user: "root" });
	const openLinks = () => createBoxLinks({ engine: { exec: (o) => box.engine.exec({ ...o, name: box.instance }) } });
	gate = await startTestGateway({ openLinks });
	ann = await gate.addPerson();
	await gate.addDevbox(ann, { name: "web" });
	browser = openBrowser(gate.gateway.address.port, ann);
});

afterAll(async () => {
	await gate.close();
	link.close();
	await box.close();
});

async function startServer(): Promise<void> {
	const channel = await link.open({ command: `exec perl -e '${echo.replaceAll("'", `'"'"'`)}'` });
	channel.stdio.resume();
	channel.stderr.resume();
}

test("a page waits until a server listens, and gets what it answers", async () => {
	const nothing = await browser.visit(`http://${host}/app?a=b`);
	expect([nothing.status, nothing.headers["x-devbox-preview"]]).toEqual([502, "nothing_listens"]);
	await startServer();
	const answer = await eventually("an answer", async () => {
		const answer = await browser.send(`http://${host}/app?a=b`);
		return answer.status === 200 ? answer : null;
	});
	expect(answer.text).toMatch(/^GET \/app\?a=b HTTP\/1\.1\r\n/);
	expect(answer.text).toContain(`host: ${host}\r\n`);
	expect(answer.text).toContain("x-forwarded-proto: http\r\n");
	expect(answer.text).not.toContain("devbox_");
});

test("the devbox's address leads to the one application that listens, past what every devbox runs", async () => {
	const answer = await browser.visit("http://web.preview.devbox.test/");
	// The stand-in for a box shares this machine's ports.
	if (process.env.DEVBOX_TEST_BOX !== "local") expect(answer.url).toBe(`http://${host}/`);
	expect(answer.status).toBe(200);
});

test("many requests at once share a bounded number of connections into it", async () => {
	const answers = await Promise.all(Array.from({ length: 300 }, (_, n) => browser.send(`http://${host}/${n}`)));
	expect(answers.every(({ status, text }, n) => status === 200 && text.startsWith(`GET /${n} HTTP`))).toBe(true);
	const children = await link.run({ command: "pgrep -c perl", timeoutMs: 5_000 });
	expect(Number(children.stdout)).toBeLessThan(140);
});
