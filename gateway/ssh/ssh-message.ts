/** Writes SSH messages (RFC 4251 to 4254). Numbers are 32 bits; a text or bytes go with their length. */

export const messageTypes = {
	disconnect: 1,
	userauthRequest: 50,
	userauthFailure: 51,
	userauthSuccess: 52,
	userauthBanner: 53,
	userauthPkOk: 60,
	globalRequest: 80,
	requestSuccess: 81,
	requestFailure: 82,
	channelOpen: 90,
	channelOpenConfirmation: 91,
	channelOpenFailure: 92,
	channelWindowAdjust: 93,
	channelData: 94,
	channelExtendedData: 95,
	channelEof: 96,
	channelClose: 97,
	channelRequest: 98,
	channelSuccess: 99,
	channelFailure: 100,
} as const;

export const disconnectCodes = { protocolError: 2, byApplication: 11, noMoreAuthMethods: 14 } as const;
export const openFailures = { prohibited: 1, connectFailed: 2, unknownType: 3, resourceShortage: 4 } as const;

type Field = number | boolean | string | Uint8Array;

export function sshMessage(type: number, ...fields: Field[]): Buffer {
	return Buffer.concat([Buffer.from([type]), ...fields.map(encode)]);
}

function encode(field: Field): Buffer {
	if (typeof field === "boolean") return Buffer.from([field ? 1 : 0]);
	if (typeof field === "number") {
		const bytes = Buffer.allocUnsafe(4);
		bytes.writeUInt32BE(field);
		return bytes;
	}
	const bytes = typeof field === "string" ? Buffer.from(field) : field;
	return Buffer.concat([encode(bytes.length), bytes]);
}
