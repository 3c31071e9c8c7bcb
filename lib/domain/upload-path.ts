/** Names under which uploads stand until they are whole: hidden, beside their target, and told from anything a person would make. */
import { newId } from "./ids.ts";

const uploadPrefix = ".devbox-upload-";

/** For `find -name`: every name that `newUploadName` makes. */
export const uploadPattern = `${uploadPrefix}????????????????`;

export function newUploadName(): string {
	return `${uploadPrefix}${newId("request").slice(-16)}`;
}

/** A directory that is being replaced is set aside under this name. It is never swept: after a fall in that moment it is the only one. */
export function newReplacedName(): string {
	return `.devbox-replaced-${newId("request").slice(-16)}`;
}
