/** One Hono route that answers the JSON in BENCH_JSON and does nothing else. Prints its port; ends when its standard input does. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const answer = JSON.parse(process.env.BENCH_JSON ?? "null");
const app = new Hono();
app.get("/api/v1/devboxes/:id", (context) => context.json(answer));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => process.stdout.write(`${port}\n`));
process.stdin.on("end", () => process.exit(0)).resume();
