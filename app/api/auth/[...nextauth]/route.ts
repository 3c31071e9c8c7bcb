import { cookies } from "next/headers";
import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { joinCookie } from "@/lib/auth/join-cookie";
import { nextAuthOptions } from "@/lib/auth/next-auth-options";
import { webServer } from "@/lib/auth/web-server";

type Context = { params: Promise<{ nextauth: string[] }> };

async function handler(request: NextRequest, context: Context): Promise<Response> {
	const { headers } = request;
	const { nextauth } = await context.params;
	const isBackFromGithub = nextauth[0] === "callback" && nextauth[1] === "github";
	const { name, options } = joinCookie(webServer().config.publicUrl);
	const linkSecret = isBackFromGithub ? (request.cookies.get(name)?.value ?? null) : null;
	const visitor = { userAgent: headers.get("user-agent"), address: headers.get("x-forwarded-for"), linkSecret };
	const response: Response = await NextAuth(request, context, nextAuthOptions(visitor));
	// Whether it let somebody in or not: the next sign-in in this browser is another matter.
	if (linkSecret !== null) (await cookies()).set(name, "", { ...options, maxAge: 0 });
	return response;
}

export { handler as GET, handler as POST };
