import { AppError } from "../lib/domain/errors.ts";
import { EngineError } from "../lib/engines/engine.ts";

/** Runs an operator's command to its exit code. What is meant for a person is printed plainly; a fault of ours with its stack. */
export async function runCommandLine(command: (args: string[]) => Promise<number>): Promise<never> {
	process.umask(0o022);
	try {
		process.exit(await command(process.argv.slice(2)));
	} catch (error) {
		const isForPerson = error instanceof AppError || error instanceof EngineError;
		console.error(`\n${isForPerson ? error.message : (error as Error).stack}`);
		process.exit(1);
	}
}
