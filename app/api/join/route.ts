import { NextResponse } from "next/server";
import { answerJoinRequest } from "@/lib/auth/join-request";

export async function POST(request: Request): Promise<NextResponse> {
	const { status, body, headers, cookie } = await answerJoinRequest(request);
	const response = NextResponse.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
	if (cookie) response.cookies.set(cookie.name, cookie.value, cookie.options);
	return response;
}
