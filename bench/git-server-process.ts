/** A git server of BENCH_GIT, open to read, on a loopback of its own network namespace. Prints its address; ends when its standard input does. */
import { startGitHttpServer } from "../e2e/git-http-server.ts";

const server = await startGitHttpServer({ root: process.env.BENCH_GIT ?? "", access: () => "read" });
process.stdout.write(`${server.url}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
