/** What a policy allows besides while a devbox is set up: when it holds, and that nothing that is ready has it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DevboxResponse } from "../../lib/contract/devboxes.ts";
import type { DevboxNetworkResponse, NamedPolicyResponse } from "../../lib/contract/network.ts";
import { endNetworkSetup, readNetworkedBox } from "../../lib/db/host-network.ts";
import { devboxStates } from "../../lib/domain/devbox-state.ts";
import { newId } from "../../lib/domain/ids.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let owner: TestPerson;
beforeAll(async () => {
	gate = await startTestGateway();
	owner = await gate.addPerson();
	const host = { name: "fenced", engine: "incus", endpoint: "", project: "", profile: "", pool: "", status: "online" };
	await gate.db.prisma.host.create({ data: { id: newId("host"), ...host, fenceAddress: "10.9.9.1" } });
});
afterAll(() => gate.close());

async function call<T>(path: string, o: { method?: string; body?: object } = {}) {
	const answer = await gate.request(`/api/v1${path}`, { as: owner, ...o });
	return { status: answer.status, body: (await answer.json()) as T & { detail: { loc: string[]; msg: string }[] } };
}
let boxes = 0;
const create = (network_policy: object) =>
	call<DevboxResponse>("/devboxes", { body: { name: `phase-${++boxes}`, network_policy } });
const inForce = async (id: string) => (await readNetworkedBox(gate.db.pool, { devboxId: id }))?.policy;
const stepsOf = async (id: string) =>
	(await gate.db.prisma.operation.findMany({ where: { devboxId: id }, orderBy: { position: "asc" } })).map(
		({ step }) => step,
	);
const narrow = { mode: "enforce", domains: ["run.example.com"], services: [] };

test("its end is a step of its own, right before the box is opened, and no step of other boxes", async () => {
	const { body } = await create({ mode: "none", setup: {} });
	expect((await stepsOf(body.id)).slice(-3)).toEqual(["run_setup_commands", "restrict_network", "publish_access"]);
	expect(body.resolved?.network_policy?.value).toEqual({
		...{ mode: "none", egress_domains: [] },
		setup: { mode: "observe", egress_domains: [] },
	});
	expect(await stepsOf((await create({ mode: "none" })).body.id)).not.toContain("restrict_network");
});

test.each(devboxStates)(
	"of a box that is %s holds only before it is ready or has failed, whoever died before the step",
	async (state) => {
		const { body } = await create({
			egress_domains: ["run.example.com"],
			setup: { egress_domains: ["build.example.com"] },
		});
		await gate.db.prisma.devbox.update({ where: { id: body.id }, data: { state } });
		const isEarly = state === "requested" || state === "provisioning";
		const wide = { mode: "enforce", domains: ["build.example.com", "run.example.com"], services: [] };
		expect(await inForce(body.id)).toEqual(isEarly ? wide : narrow);
		await endNetworkSetup(gate.db.pool, { devboxId: body.id });
		expect(await inForce(body.id)).toEqual(narrow);
	},
);

test("of a named policy is followed as well, and told to who looks", async () => {
	const policy = { name: "agents", egress_domains: ["run.example.com"], setup: { mode: "observe" } };
	const made = await call<NamedPolicyResponse>("/network-policies", { body: policy });
	const { body } = await create({ policy: "agents" });
	expect(await inForce(body.id)).toEqual({ mode: "observe", domains: ["run.example.com"], services: [] });
	const network = async () => (await call<DevboxNetworkResponse>(`/devboxes/${body.id}/network`)).body;
	expect(await network()).toMatchObject({ mode: "enforce", is_setting_up: true, setup: { mode: "observe" } });
	await call(`/network-policies/${made.body.id}`, { method: "PATCH", body: { setup: null } });
	expect(await inForce(body.id)).toEqual(narrow);
	expect(await network()).toMatchObject({ is_setting_up: false, setup: null });
});

test("is refused where it means nothing, at its place", async () => {
	const placeOf = async (policy: object) => (await create(policy)).body.detail[0]?.loc.join(".");
	expect(await placeOf({ mode: "open", setup: {} })).toBe("body.network_policy.setup");
	expect(await placeOf({ mode: "observe", setup: {} })).toBe("body.network_policy.setup");
	const setup = { mode: "observe", egress_domains: ["a.example.com"] };
	expect(await placeOf({ mode: "none", setup })).toBe("body.network_policy.setup.egress_domains");
	expect(await placeOf({ mode: "none", setup: { egress_domains: ["*.com"] } })).toBe(
		"body.network_policy.setup.egress_domains.0",
	);
	expect(await placeOf({ mode: "none", setup: { mode: "open" } })).toBe("body.network_policy.setup.mode");
});
