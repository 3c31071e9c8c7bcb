/** `node lib/engines/incus/remove-test-machine.ts`: takes away what engine tests share on this machine (pool, bridge, cached images). */
import { removeTestMachine } from "./test-machine.ts";

await removeTestMachine();
