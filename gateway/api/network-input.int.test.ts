/** Lists of names that no policy may have, at every place of the API that takes one: told at its entry, and nothing is stored. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../lib/domain/ids.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

const good = ["good.example.com"];
let gate: TestGateway;
let admin: TestPerson;
let boxId: string;
let policyId: string;

beforeAll(async () => {
	gate = await startTestGateway();
	admin = await gate.addPerson({ role: "admin" });
	const host = { name: "fenced", engine: "incus", endpoint: "", project: "", profile: "", pool: "", status: "online" };
	await gate.db.prisma.host.create({ data: { id: newId("host"), ...host, fenceAddress: "10.9.9.1" } });
	boxId = await make("/devboxes", { name: "there", network_policy: { egress_domains: good } });
	policyId = await make("/network-policies", { name: "there", egress_domains: good });
});
afterAll(() => gate.close());

const send = (path: string, method: string, body: unknown) =>
	gate.request(`/api/v1${path}`, { as: admin, method, body });

async function make(path: string, body: object): Promise<string> {
	const response = await send(path, "POST", body);
	expect(response.ok).toBe(true);
	return ((await response.json()) as { id: string }).id;
}

/** Where a list goes in: the request, and the place of the list in its body. */
const doors = {
	"a create": () => ["POST", "/devboxes", "network_policy.egress_domains"],
	"the setup of a create": () => ["POST", "/devboxes", "network_policy.setup.egress_domains"],
	"a change of a devbox": () => ["PATCH", `/devboxes/${boxId}/network`, "egress_domains"],
	"a named policy": () => ["POST", "/network-policies", "egress_domains"],
	"a change of a named policy": () => ["PATCH", `/network-policies/${policyId}`, "egress_domains"],
	"names that are added to one": () => ["PATCH", `/network-policies/${policyId}`, "add_domains"],
	"the default": () => ["PATCH", "/workspace/defaults", "network_policy.value.egress_domains"],
} as const satisfies Record<string, () => readonly [method: string, path: string, place: string]>;
type Door = keyof typeof doors;
const allDoors = Object.keys(doors) as Door[];

function bodyOf(path: readonly string[], list: unknown): object {
	const [first = "", ...rest] = path;
	const inner = rest.length > 0 ? bodyOf(rest, list) : list;
	const beside = first === "setup" ? { mode: "none" } : {};
	return { [first]: inner, ...beside };
}

async function put(door: Door, list: unknown) {
	const [method, path, dotted] = doors[door]();
	const place = dotted.split(".");
	const beside = {
		"/devboxes": { name: "new" },
		"/network-policies": { name: "new" },
		"/workspace/defaults": { version: 0 },
	};
	const body = { ...beside[path as keyof typeof beside], ...bodyOf(place, list) };
	const response = await send(path, method, body);
	const { code, detail } = (await response.json()) as { code?: string; detail?: { loc: unknown[]; msg: string }[] };
	return { status: response.status, code, detail, place: ["body", ...place] };
}

/** All that a list is kept in. */
async function stored() {
	const { prisma } = gate.db;
	const [boxes, policies, defaults] = await Promise.all([
		prisma.devbox.findMany({
			select: { id: true, networkMode: true, networkDomains: true, networkSetupDomains: true },
		}),
		prisma.networkPolicy.findMany(),
		prisma.workspaceDefaults.findMany(),
	]);
	return JSON.stringify({ boxes, policies, defaults });
}

const refused: [what: string, entry: unknown, words: RegExp][] = [
	["everything", "*", /would be everything/],
	["a top-level domain", "*.com", /whole top-level domain/],
	["a registry's domain", "*.co.uk", /anybody registers/],
	["an IPv4 address", "198.51.100.7", /IP address/],
	["an IPv6 address", "[2001:db8::1]", /IP address/],
	["an address in hexadecimal", "0x7f.0x1", /last label is a number/],
	["a URL", "https://example.com/x", /address of a page/],
	["a port", "example.com:443", /port/],
	["a space in it", "exam ple.com", /space/],
	["a space behind it", "example.com ", /space/],
	["a line's end", "example.com\n", /space/],
	["NUL", "example.com\0.evil.example", /not ASCII/],
	["a look-alike of another script", "gіthub.com", /xn--/],
	["nothing", "", /empty/],
	["a name of 64 letters", `${"a".repeat(64)}.example.com`, /no host name/],
	["a number", 7, /expected string/],
	["null", null, /expected string/],
];

describe.each(allDoors)("%s", (door) => {
	it.each(refused)("refuses %s at its place", async (_what, entry, words) => {
		const before = await stored();
		const answer = await put(door, ["first.example.com", entry]);
		expect(answer).toMatchObject({ status: 422, code: "invalid" });
		expect(answer.detail).toEqual([
			{ loc: [...answer.place, 1], msg: expect.stringMatching(words), type: expect.any(String) },
		]);
		expect(await stored()).toBe(before);
	});

	it.each([
		["10,000 names", 10_000],
		["one name more than there may be", 501],
	])("refuses %s", async (_what, count) => {
		const before = await stored();
		const answer = await put(
			door,
			Array.from({ length: count }, (_, n) => `n${n}.example.com`),
		);
		expect(answer).toMatchObject({ status: 422, code: "invalid" });
		expect(answer.detail).toMatchObject([{ loc: answer.place, msg: "At most 500 names." }]);
		expect(await stored()).toBe(before);
	});

	it("refuses more than a request may have, and says how much that is", async () => {
		const before = await stored();
		const answer = await put(
			door,
			Array.from({ length: 400_000 }, (_, n) => `n${n}.example.com`),
		);
		expect(answer).toMatchObject({
			status: 413,
			code: "too_large",
			detail: expect.stringMatching(/\d+ ?(bytes|KiB|MiB)/),
		});
		expect(await stored()).toBe(before);
	});
});

it("takes 500 names, and a look-alike in punycode as the name that it is: no other one", async () => {
	const list = [...Array.from({ length: 499 }, (_, n) => `n${n}.example.com`), "xn--gthub-n5a.com"];
	expect((await put("a change of a devbox", list)).status).toBe(200);
	const box = await gate.db.prisma.devbox.findUniqueOrThrow({ where: { id: boxId } });
	expect(box.networkDomains).toHaveLength(500);
	expect(box.networkDomains).toContain("xn--gthub-n5a.com");
	expect(box.networkDomains).not.toContain("github.com");
});

it("refuses names that are added to a policy that has 500 with them", async () => {
	expect(
		(
			await put(
				"a change of a named policy",
				Array.from({ length: 500 }, (_, n) => `n${n}.example.com`),
			)
		).status,
	).toBe(200);
	const before = await stored();
	const answer = await put("names that are added to one", ["more.example.com"]);
	expect(answer).toMatchObject({ status: 422, code: "invalid" });
	expect(await stored()).toBe(before);
});

it.each(["there\0", "no such policy", "x".repeat(41)])("refuses the named policy %j", async (policy) => {
	const before = await stored();
	for (const [method, path, body] of [
		["POST", "/devboxes", { name: "named", network_policy: { policy } }],
		["PATCH", `/devboxes/${boxId}/network`, { policy }],
		["PATCH", "/workspace/defaults", { version: 0, network_policy: { value: { policy } } }],
	] as const)
		expect((await send(path, method, body)).status).toBe(422);
	expect((await send("/network-policies", "POST", { name: policy, egress_domains: good })).status).toBe(422);
	expect(await stored()).toBe(before);
});
