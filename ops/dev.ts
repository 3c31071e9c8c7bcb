/** `npm run dev`: as `npm start`, with processes that restart when their sources change and pages that reload. */
import { runCommandLine } from "./command-line.ts";
import { runStart } from "./start/run-start.ts";

await runCommandLine((args) => runStart(args, { isDev: true }));
