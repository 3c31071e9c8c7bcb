/**
 * SSH's user authentication (RFC 4252) for one client: `none` with the secret of an access session, and `publickey`. Who somebody
 * is comes from a signature over this very connection, never from a key that was only offered.
 */
import { isSshSignature } from "../../lib/auth/ssh-signature.ts";
import { isKeyType } from "../../lib/domain/ssh-public-key.ts";
import { SshReader, SshWireError } from "../../lib/domain/ssh-wire.ts";
import type { Log } from "../../lib/log/log.ts";
import type { Accepted, Logins, Refused } from "./logins.ts";
import { disconnectCodes, messageTypes, sshMessage } from "./ssh-message.ts";
import type { SshTransport } from "./ssh-transport.ts";

/** An agent may hold many keys, and each is offered in turn. */
const attemptsMax = 24;
const pendingMax = 8;
const usernameCharactersMax = 200;
const rsaAlgorithms = ["rsa-sha2-256", "rsa-sha2-512"];

type Request = {
	username: string;
	method: string;
	/** Of `publickey`. */
	key: { algorithm: string; blob: Uint8Array; signature: Uint8Array | null; signedData: Uint8Array } | null;
};

export type UserAuth = { receive(message: Uint8Array): void };

export function openUserAuth(o: {
	transport: SshTransport;
	logins: Logins;
	/** Before the client is told that it is in. What it throws keeps the client out. */
	admit: (login: Accepted) => Promise<void>;
	onLogin: (login: Accepted) => void;
	log: Log;
}): UserAuth {
	const { transport, logins } = o;
	let username: string | null = null;
	let turn: Promise<void> = Promise.resolve();
	let pending = 0;
	let attempts = 0;
	let isDone = false;
	let noticed: string | null = null;

	async function decide({ username, method, key }: Request): Promise<Accepted | Refused | "offer"> {
		if (method === "none") return logins.withSecret(username, null);
		if (!key || !isUsable(key.algorithm, key.blob)) return { kind: "refused", notice: null };
		if (!key.signature)
			return (await logins.knowsKey(username, key.blob)) ? "offer" : { kind: "refused", notice: null };
		const { algorithm, blob, signature, signedData } = key;
		if (!isSshSignature({ blob, algorithm, signature, data: signedData })) return { kind: "refused", notice: null };
		return logins.withKey(username, blob);
	}

	async function answer(request: Request): Promise<void> {
		if (isDone || transport.isClosed) return;
		const decision = await decide(request);
		if (transport.isClosed) return;
		if (decision === "offer" && request.key) {
			transport.send(sshMessage(messageTypes.userauthPkOk, request.key.algorithm, request.key.blob));
		} else if (decision !== "offer" && decision.kind === "accepted") {
			isDone = true;
			await o.admit(decision);
			if (transport.isClosed) return;
			transport.send(sshMessage(messageTypes.userauthSuccess));
			o.onLogin(decision);
		} else refuse(decision === "offer" ? null : decision.notice);
	}

	function refuse(notice: string | null): void {
		if (notice !== null && notice !== noticed) {
			noticed = notice;
			transport.send(sshMessage(messageTypes.userauthBanner, `${notice}\n`, ""));
		}
		transport.send(sshMessage(messageTypes.userauthFailure, "publickey", false));
	}

	async function take(request: Request): Promise<void> {
		try {
			await answer(request);
		} catch (error) {
			o.log.warn({ err: error }, "an SSH login could not be looked up");
			transport.disconnect("We cannot look you up right now. Try again in a moment.");
		} finally {
			pending -= 1;
		}
	}

	return {
		receive(message) {
			if (message[0] !== messageTypes.userauthRequest) throw new SshWireError("log in first");
			// Late requests of a client that is in are to be ignored (RFC 4252, section 5.1).
			if (isDone) return;
			const request = readRequest(message, transport.sessionId);
			username ??= request.username;
			if (request.username !== username) throw new SshWireError("the user name was changed during the login");
			attempts += 1;
			pending += 1;
			if (attempts > attemptsMax || pending > pendingMax) {
				transport.disconnect("Too many attempts to log in.", disconnectCodes.noMoreAuthMethods);
				return;
			}
			turn = turn.then(() => take(request));
		},
	};
}

function readRequest(message: Uint8Array, sessionId: Uint8Array): Request {
	const fields = new SshReader(message, 1);
	const username = fields.text();
	if (username.length > usernameCharactersMax) throw new SshWireError("the user name is too long");
	if (fields.text() !== "ssh-connection") throw new SshWireError("there is no such service");
	const method = fields.text();
	if (method !== "publickey") return { username, method, key: null };
	const isSigned = fields.boolean();
	const [algorithm, blob] = [fields.text(), fields.bytes()];
	// RFC 4252, section 7: the session's id, and the request up to here.
	const signedData = Buffer.concat([lengthOf(sessionId), sessionId, message.subarray(0, fields.at)]);
	const signature = isSigned ? fields.bytes() : null;
	return { username, method, key: { algorithm, blob, signature, signedData } };
}

/** Kinds that are known, and RSA with SHA-2 alone. */
function isUsable(algorithm: string, blob: Uint8Array): boolean {
	const type = new SshReader(blob).text();
	return isKeyType(type) && (type === "ssh-rsa" ? rsaAlgorithms.includes(algorithm) : algorithm === type);
}

function lengthOf(bytes: Uint8Array): Buffer {
	const length = Buffer.allocUnsafe(4);
	length.writeUInt32BE(bytes.length);
	return length;
}
