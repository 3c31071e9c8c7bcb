/**
 * What a login is allowed: an access session's secret opens its box, a registered key opens its user's own boxes. A key that
 * proved itself is let in even when its user has no box of that name, so that it can be told so.
 */
import { identityOfKey, lookAtAccessSession } from "../../lib/auth/ssh-identity.ts";
import type { Database } from "../../lib/db/database.ts";
import { findLiveSshKey, findLoginDevboxes, type LiveSshKey, sshFingerprint } from "../../lib/db/ssh-keys.ts";
import { hashToken } from "../../lib/db/token-hash.ts";
import { parseSshLogin, workspaceLabel } from "../../lib/domain/ssh-login.ts";
import type { Credential, Credentials, SignedIn } from "../credentials/credentials.ts";

export type Accepted = {
	kind: "accepted";
	credential: Credential;
	signedIn: SignedIn;
	/** The box, or why there is none, as a sentence. */
	target: { devboxId: string } | { refusal: string };
};
/** `notice`: what ssh shows to the person; it gives nothing away to who has no secret. */
export type Refused = { kind: "refused"; notice: string | null };

export type Logins = {
	/** `fingerprint`: of a key that has signed; null when none did. */
	withSecret(username: string, fingerprint: string | null): Promise<Accepted | Refused>;
	/** Whether a signature of this key could let somebody in. */
	knowsKey(username: string, blob: Uint8Array): Promise<boolean>;
	/** Only for a key whose signature was checked. */
	withKey(username: string, blob: Uint8Array): Promise<Accepted | Refused>;
};

const unknown: Refused = { kind: "refused", notice: null };

export function openLogins(o: { db: Database; credentials: Credentials }): Logins {
	const { db, credentials } = o;

	async function withSecret(username: string, fingerprint: string | null): Promise<Accepted | Refused> {
		const login = parseSshLogin(username);
		if (login?.kind !== "access_session") return unknown;
		const tokenHash = hashToken(login.secret);
		const credential: Credential = { kind: "access_session", tokenHash, fingerprint };
		const signedIn = await credentials.find(credential);
		const look = await lookAtAccessSession(db, tokenHash);
		if (!look) return { kind: "refused", notice: sessionOver };
		if (signedIn) return { kind: "accepted", credential, signedIn, target: { devboxId: look.session.devboxId } };
		return { kind: "refused", notice: look.requiresSshKey ? keyWanted : null };
	}

	async function withRegisteredKey(username: string, fingerprint: string): Promise<Accepted | Refused> {
		const key = await findLiveSshKey(db, fingerprint);
		const workspaceIds = key?.user.members.map((member) => member.workspaceId) ?? [];
		if (!key || workspaceIds.length === 0) return unknown;
		const found = await findTarget(db, { key, username });
		const workspaceId = "workspaceId" in found ? found.workspaceId : (workspaceIds[0] ?? "");
		const credential: Credential = { kind: "ssh_key", fingerprint, workspaceId };
		// Not from the cache: the key was read here and now.
		const signedIn = identityOfKey(key, workspaceId);
		return signedIn ? { kind: "accepted", credential, signedIn, target: found } : unknown;
	}

	return {
		withSecret,
		async knowsKey(username, blob) {
			const login = parseSshLogin(username);
			if (login?.kind === "access_session") {
				const look = await lookAtAccessSession(db, hashToken(login.secret));
				if (!look) return false;
				if (!look.requiresSshKey) return true;
				return (await findLiveSshKey(db, sshFingerprint(blob)))?.userId === look.session.userId;
			}
			return (await findLiveSshKey(db, sshFingerprint(blob))) !== null;
		},
		withKey(username, blob) {
			const isSecret = parseSshLogin(username)?.kind === "access_session";
			return (isSecret ? withSecret : withRegisteredKey)(username, sshFingerprint(blob));
		},
	};
}

const sessionOver =
	"This access session has expired or was revoked. Make another: the dashboard's Connect panel has one.";
const keyWanted =
	"The workspace asks for your registered SSH key beside the session. Register it under Settings, SSH keys, and connect with it.";

type Target = { devboxId: string; workspaceId: string } | { refusal: string };

async function findTarget(db: Database, o: { key: LiveSshKey; username: string }): Promise<Target> {
	const login = parseSshLogin(o.username);
	const shown = JSON.stringify(o.username.slice(0, 80));
	if (login?.kind !== "devbox")
		return { refusal: `${shown} is no name of a devbox. Log in as <devbox> or <devbox>.<workspace>.` };
	const { userId, user } = o.key;
	const workspaceIds = user.members
		.filter(({ workspace: { id, name } }) => [null, id, workspaceLabel(name)].includes(login.workspace))
		.map((member) => member.workspaceId);
	const [box, another] = await findLoginDevboxes(db, { userId, workspaceIds, name: login.name });
	if (!box)
		return { refusal: `You have no devbox ${shown}. Your devboxes stand in the dashboard; create it there first.` };
	if (!another) return { devboxId: box.id, workspaceId: box.workspaceId };
	const names = user.members.map(({ workspace }) => `${login.name}.${workspaceLabel(workspace.name) || workspace.id}`);
	return { refusal: `You have more than one devbox ${shown}. Say which: ${names.join(", ")}.` };
}
