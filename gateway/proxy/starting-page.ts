import type { IncomingMessage, ServerResponse } from "node:http";

const words = "The dashboard is starting. This page comes by itself.";

/** What a browser sees while the web process is not up; it asks again every two seconds. Scripts get JSON. */
export function answerStarting(request: IncomingMessage, response: ServerResponse): void {
	const isPage = (request.headers.accept ?? "").includes("text/html");
	response.writeHead(503, {
		"Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
		"Retry-After": "2",
		"Content-Type": isPage ? "text/html; charset=utf-8" : "application/json",
		...(isPage ? { Refresh: "2" } : {}),
	});
	response.end(isPage ? page : JSON.stringify({ detail: words, code: "unavailable" }));
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Devbox is starting</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { min-height: 100vh; margin: 0; display: grid; place-content: center; text-align: center; padding: 1rem; }
h1 { font-size: 1.1rem; font-weight: 600; margin: 0 0 .25rem; }
p { margin: 0; opacity: .7; }
</style>
<h1>Devbox</h1>
<p role="status">${words}</p>
</html>
`;
