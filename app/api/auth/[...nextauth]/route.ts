import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { nextAuthOptions } from "@/lib/auth/next-auth-options";

type Context = { params: Promise<{ nextauth: string[] }> };

function handler(request: NextRequest, context: Context) {
	const { headers } = request;
	const visitor = { userAgent: headers.get("user-agent"), address: headers.get("x-forwarded-for") };
	return NextAuth(request, context, nextAuthOptions(visitor));
}

export { handler as GET, handler as POST };
