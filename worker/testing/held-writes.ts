/**
 * Stops a worker's write at the database, so that a test can kill or stop the worker at exactly that line: what the step did is
 * done, and the commit that says so waits for a lock of ours. Nothing of it is in the product.
 */
import pg from "pg";
import type { DevboxState } from "../../lib/domain/devbox-state.ts";
import type { StepName } from "../../lib/domain/pipelines.ts";
import { until } from "./worker-world.ts";

export type HeldWrite = {
	/** Resolves when the worker has come to this write. */
	reached(): Promise<void>;
	/** Lets the write through, whether its worker still lives or not. */
	commit(): Promise<void>;
	/** Ends the connection that the write came over: nothing of it is written. */
	abandon(): Promise<void>;
};

export type HeldWrites = {
	/** The write that says that the step has succeeded. */
	holdSuccess(o: { devboxId: string; step: StepName }): Promise<HeldWrite>;
	/** The write that brings the box into that state. */
	holdState(o: { devboxId: string; state: DevboxState }): Promise<HeldWrite>;
	close(): Promise<void>;
};

const schema = `
CREATE TABLE test_holds (write text PRIMARY KEY, lock bigint NOT NULL);
CREATE FUNCTION test_hold(write text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE held bigint;
BEGIN
	SELECT h.lock INTO held FROM test_holds h WHERE h.write = test_hold.write;
	IF FOUND THEN PERFORM pg_advisory_xact_lock(held); END IF;
END $$;
CREATE FUNCTION test_hold_operation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM test_hold(NEW.devbox_id || ' ' || NEW.step);
	RETURN NEW;
END $$;
CREATE FUNCTION test_hold_devbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM test_hold(NEW.id || ' is ' || NEW.state);
	RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER test_hold AFTER UPDATE ON operations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	WHEN (NEW.status = 'success' AND OLD.status <> 'success') EXECUTE FUNCTION test_hold_operation();
CREATE CONSTRAINT TRIGGER test_hold AFTER UPDATE ON devboxes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION test_hold_devbox();`;

const waitingSql = `
SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database() AND l.classid = 0 AND l.objid = $1`;

const busySql = "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND xact_start IS NOT NULL";

export async function openHeldWrites(url: string): Promise<HeldWrites> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	await client.query(schema);
	let locks = 0;

	async function hold(write: string): Promise<HeldWrite> {
		locks += 1;
		const lock = locks;
		await client.query("SELECT pg_advisory_lock($1)", [lock]);
		await client.query("INSERT INTO test_holds (write, lock) VALUES ($1, $2)", [write, lock]);
		const waiting = async () => (await client.query<{ pid: number }>(waitingSql, [lock])).rows[0]?.pid;
		const release = async () => {
			await client.query("DELETE FROM test_holds WHERE lock = $1", [lock]);
			await client.query("SELECT pg_advisory_unlock($1)", [lock]);
		};
		return {
			async reached() {
				await until(`the write "${write}" is reached`, waiting, 60_000);
			},
			async commit() {
				const pid = await waiting();
				await release();
				await until(`the write "${write}" is done`, async () => {
					const { rowCount } = await client.query(busySql, [pid]);
					return rowCount === 0;
				});
			},
			async abandon() {
				await client.query("SELECT pg_terminate_backend($1)", [await waiting()]);
				await until(`the write "${write}" is gone`, async () => !(await waiting()));
				await release();
			},
		};
	}

	return {
		holdSuccess: ({ devboxId, step }) => hold(`${devboxId} ${step}`),
		holdState: ({ devboxId, state }) => hold(`${devboxId} is ${state}`),
		close: () => client.end(),
	};
}
