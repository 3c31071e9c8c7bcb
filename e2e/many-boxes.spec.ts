import { expect, test } from "@playwright/test";
import { engineInstances } from "./install.ts";
import { apiOf, destroyAll, signInByLink, waitForState } from "./session.ts";

const count = 20;

test("20 boxes made at once live together: all ready, none doubled, all answering", async ({ page }) => {
	test.setTimeout(400_000);
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	const me = await api.getProfile();
	await destroyAll(api);
	await api.updateMember({ user_id: me.user.id, devbox_quota: count });
	const boxes = await Promise.all(Array.from({ length: count }, (_, i) => api.createDevbox({ name: `many-${i}` })));
	await expect(api.createDevbox({ name: "one-too-many" })).rejects.toMatchObject({
		status: 403,
		code: "quota_exceeded",
	});
	for (const box of boxes) await waitForState(api, box.id, "ready", 240_000);
	const ours = engineInstances().filter((instance) =>
		boxes.some((box) => box.id === instance.labels["user.devbox.id"]),
	);
	expect(ours).toHaveLength(count);
	expect(ours.map((instance) => instance.status)).toEqual(Array.from({ length: count }, () => "Running"));
	// The answer comes from inside each box, over its link.
	await Promise.all(boxes.map(async (box) => expect((await api.listPorts({ id: box.id })).data).toBeInstanceOf(Array)));
	// The address comes by DHCP, a little after the box is ready.
	const addresses = async () => new Set((await api.listDevboxes()).map((box) => box.address).filter(Boolean)).size;
	await expect.poll(addresses, { timeout: 60_000 }).toBe(count);
	await destroyAll(api);
	await expect
		.poll(() => engineInstances().filter((instance) => instance.labels["user.devbox.id"]).length, { timeout: 240_000 })
		.toBe(0);
	await api.updateMember({ user_id: me.user.id, devbox_quota: null });
});
