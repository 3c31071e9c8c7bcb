/**
 * What carries an invitation link through the sign-in at GitHub and back: set when somebody presses the button of its page, read by
 * the sign-in that follows, and gone with it. No script reads it, and no other site can have it set.
 */
const maxAgeSeconds = 15 * 60;

export type JoinCookie = {
	name: string;
	options: { httpOnly: true; sameSite: "lax"; path: "/"; secure: boolean; maxAge: number };
};

export function joinCookie(publicUrl: URL): JoinCookie {
	const secure = publicUrl.protocol === "https:";
	return {
		name: secure ? "__Host-devbox_join" : "devbox_join",
		options: { httpOnly: true, sameSite: "lax", path: "/", secure, maxAge: maxAgeSeconds },
	};
}
