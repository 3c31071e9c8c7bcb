/** `npm start`: everything that one machine needs, and the product on it. */
import { runCommandLine } from "./command-line.ts";
import { runStart } from "./start/run-start.ts";

await runCommandLine((args) => runStart(args, { isDev: false }));
