import { type NextRequest, NextResponse } from "next/server.js";

/** Security headers of every page; scripts run by the nonce of their request alone. */
export function proxy(request: NextRequest): NextResponse {
	const nonce = btoa(crypto.randomUUID());
	const isDev = process.env.NODE_ENV === "development";
	const policy = [
		"default-src 'self'",
		`script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDev ? " 'unsafe-eval'" : ""}`,
		// xterm and Radix write style elements at run time.
		"style-src 'self' 'unsafe-inline'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	].join("; ");
	const headers = new Headers(request.headers);
	headers.set("x-nonce", nonce);
	// A layout does not know its own address; the redirect to the sign-in page needs it.
	headers.set("x-page-path", request.nextUrl.pathname + request.nextUrl.search);
	headers.set("content-security-policy", policy);
	const response = NextResponse.next({ request: { headers } });
	response.headers.set("content-security-policy", policy);
	response.headers.set("x-content-type-options", "nosniff");
	response.headers.set("x-frame-options", "DENY");
	response.headers.set("cross-origin-opener-policy", "same-origin");
	response.headers.set("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
	// The token of a sign-in link stands in its address: nobody is told where the visitor came from.
	const isDoor = /^\/(sign-in|join)(\/|$)/.test(request.nextUrl.pathname);
	response.headers.set("referrer-policy", isDoor ? "no-referrer" : "same-origin");
	return response;
}

export const config = { matcher: ["/((?!_next/static|_next/image|favicon.ico|icon.svg).*)"] };
