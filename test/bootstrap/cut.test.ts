import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCountingProxy, type CountingProxy, type Cut } from '../../image-check/proxy.ts';
import { createBed } from './bed.ts';
import { NO_INITIAL_TENANT, runJob, startJob } from './job.ts';

/** Once-only, whatever happens between the job and Postgres: a proxy counts the statements and cuts at one of them. */
const bed = createBed();
let proxy: CountingProxy;
beforeAll(async () => {
  proxy = await startCountingProxy(bed.postgres.port);
});
afterAll(() => proxy.close());

const run = (more: Record<string, string> = {}, cut?: Cut) => {
  proxy.count(cut);
  return runJob(bed.env({ DB_PORT: String(proxy.port), ...more }));
};

/** What is there of each, 0 without the table or the database. */
async function counted() {
  const there = await bed.postgres.query('postgres', `select 1 from pg_database where datname = '${bed.database}'`);
  const count = async (table: string) => {
    if (there.length === 0) return 0;
    const [exists] = await bed.postgres.query(bed.database, `select to_regclass('public.${table}') is not null as yes`);
    if (exists?.['yes'] !== true) return 0;
    const [row] = await bed.postgres.query(bed.database, `select count(*)::int as count from ${table}`);
    return Number(row?.['count']);
  };
  const [tenants, users, roles] = [await count('tenants'), await count('users'), await count('roles')];
  return { tenants, users, roles, documents: await count('documents'), licences: await count('license_state') };
}
const ONCE = { tenants: 1, users: 1, roles: 3, documents: 1, licences: 1 };

describe('a connection that is cut', () => {
  /** Leaves the database as it is when nothing is filled yet: without seeds the job stops there, for nobody could log in. */
  async function migrated(): Promise<void> {
    bed.freshDatabase();
    expect((await run({ SETUP_RUN_SEEDS: 'false' })).result).toMatchObject({ migrated: true, exitCode: 12 });
  }

  /** How many statements go by before the job says this. */
  async function statementsBefore(words: string): Promise<number> {
    proxy.count();
    const job = startJob(bed.env({ DB_PORT: String(proxy.port) }));
    await job.said(words);
    // What it says is read a little later than it was said.
    const found = proxy.statements - 5;
    await job.finished;
    return found;
  }

  test.each([
    ['in the migrations, one of which is no transaction', async () => bed.freshDatabase(), 'running migrations'],
    ['in the filling, before which there can be no tenant', migrated, 'making the first tenant'],
  ])(
    '%s, at every statement: one tenant in the end',
    async (_, begin, from) => {
      await begin();
      const first = await statementsBefore(from);
      const anew: number[] = [];
      let cuts = 0;
      for (let statement = first; ; statement += 1) {
        await begin();
        const when = statement % 2 === 0 ? 'answered' : 'sent';
        const ran = await run({}, { statement, when });
        if (!proxy.wasCut || (begin !== migrated && ran.log.includes('making the first tenant'))) break;
        cuts += 1;
        const at = `cut at ${statement}, ${when}: ${ran.log}`;
        expect((await counted()).tenants, at).toBeLessThan(2);
        const again = await run();
        expect(again.result, `${at}${again.log}`).toMatchObject({ usersCount: 1, error: null, exitCode: 0 });
        expect(await counted(), at).toEqual(ONCE);
        if (again.log.includes('to begin the migrations anew')) anew.push(statement);
      }
      expect(cuts).toBeGreaterThan(8);
      // A migration that was done and not written down: one way there for each of them.
      expect(anew.length > 0).toBe(begin !== migrated);
    },
    900_000,
  );
});

/** What may happen to an install, in any order. */
const event = fc.oneof(
  fc.record({ what: fc.constant('run' as const) }),
  fc.record({
    what: fc.constant('cut' as const),
    statement: fc.integer({ min: 1, max: 110 }),
    when: fc.constantFrom('sent' as const, 'answered' as const),
  }),
  fc.record({ what: fc.constant('other inputs' as const), name: fc.constantFrom('Second & Co', 'Third Ltd') }),
  fc.record({ what: fc.constant('without the Secret' as const) }),
  fc.record({ what: fc.constant('recover' as const), secret: fc.boolean() }),
);

type Event = typeof event extends fc.Arbitrary<infer One> ? One : never;

/** Runs the job as the event says. */
async function happen(one: Event) {
  if (one.what === 'cut') return run({}, { statement: one.statement, when: one.when });
  if (one.what === 'other inputs')
    return run({
      INITIAL_TENANT_NAME: one.name,
      INITIAL_ADMIN_EMAIL: 'other@second.test',
      BOOTSTRAP_INPUTS: `inputs of ${one.name}`,
    });
  if (one.what === 'without the Secret') return run(NO_INITIAL_TENANT);
  if (one.what === 'recover') return run({ BOOTSTRAP_MODE: 'recover', ...(one.secret ? {} : NO_INITIAL_TENANT) });
  return run();
}

test('any order of runs, cuts, other inputs, a Secret that is gone, and recover: one administrator, or a refusal in words', async () => {
  const property = fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 5 }), async (events) => {
    bed.freshDatabase();
    let standing: unknown;
    const administrator = () => bed.postgres.query(bed.database, 'select user_id, email, hashed_password from users');
    for (const one of events) {
      const ran = await happen(one);
      const found = await counted();
      expect(found.tenants).toBeLessThan(2);
      if (ran.exitCode === 0) {
        expect(found).toEqual(ONCE);
        // Who stands first stands: nobody takes the place, and nothing of theirs is changed.
        standing ??= await administrator();
        expect(await administrator()).toEqual(standing);
      } else if (!proxy.wasCut) {
        const words =
          standing === undefined
            ? /the first one cannot be made: the Secret appliance-initial-tenant lacks/
            : /fresh install refused: .* already holds application data/;
        expect(ran.result?.error).toMatch(words);
      }
    }
    expect((await run({ BOOTSTRAP_MODE: 'recover' })).exitCode).toBe(0);
    expect(await counted()).toEqual(ONCE);
    if (standing !== undefined) expect(await administrator()).toEqual(standing);
  });
  await fc.assert(property, { numRuns: 8, seed: 20_261_130, endOnFailure: true });
}, 600_000);
