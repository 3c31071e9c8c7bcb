/** What a node joins with, as a person types it. */
export type TailscaleTexts = { client_id: string; tags: string; hostname: string; login_server: string };

type Told = { client_id: string | null; tags: readonly string[]; hostname: string; login_server: string | null };

export function textsOf(told: Told): TailscaleTexts {
	return {
		client_id: told.client_id ?? "",
		tags: told.tags.join(" "),
		hostname: told.hostname,
		login_server: told.login_server ?? "",
	};
}

/** As a request says it; an empty field is null. */
export function requestOfTexts(texts: TailscaleTexts) {
	return {
		client_id: texts.client_id.trim() || null,
		tags: texts.tags.split(/[\s,]+/).filter(Boolean),
		hostname: texts.hostname.trim(),
		login_server: texts.login_server.trim() || null,
	};
}

/** What a devbox is asked for: only what was changed, so that the rest stays the workspace's or as it is. */
export function changeOf(texts: TailscaleTexts, before: TailscaleTexts) {
	const now = requestOfTexts(texts);
	const was = requestOfTexts(before);
	const isOther = (field: keyof TailscaleTexts) => JSON.stringify(now[field]) !== JSON.stringify(was[field]);
	return {
		...(isOther("client_id") && { client_id: now.client_id ?? "" }),
		...(isOther("tags") && { tags: now.tags }),
		...(isOther("hostname") && { hostname: now.hostname }),
		...(isOther("login_server") && { login_server: now.login_server }),
	};
}
