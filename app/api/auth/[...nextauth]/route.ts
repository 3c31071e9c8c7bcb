import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { nextAuthOptions } from "@/lib/auth/next-auth-options";

type Context = { params: Promise<{ nextauth: string[] }> };

function handler(request: NextRequest, context: Context) {
	return NextAuth(request, context, nextAuthOptions({ userAgent: request.headers.get("user-agent") }));
}

export { handler as GET, handler as POST };
