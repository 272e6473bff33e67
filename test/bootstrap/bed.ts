import { afterAll, beforeAll } from 'vitest';
import { createImage, jobEnvironment } from './job.ts';
import { createPostgres, type Postgres } from './postgres.ts';

/** Where the jobs of a test file run: one image and one Postgres for all of its tests. */
export interface Bed {
  readonly postgres: Postgres;
  /** The database of the test that runs. */
  readonly database: string;
  /** A database of its own for each test, so that each begins with nothing there. */
  freshDatabase(): void;
  /** The environment of a job on that database, and more. */
  env(more?: Record<string, string>): Record<string, string>;
}

/** Gives the bed of the test file that calls it: made before its first test, gone after its last. */
export function createBed(): Bed {
  let postgres: Postgres;
  let counter = 0;
  const image = createImage();
  beforeAll(async () => {
    postgres = await createPostgres();
    await postgres.start();
  }, 60_000);
  afterAll(async () => {
    await postgres.remove();
    image.remove();
  });
  return {
    get postgres() {
      return postgres;
    },
    get database() {
      return `server_${counter}`;
    },
    freshDatabase: () => {
      counter += 1;
    },
    env(more = {}) {
      return jobEnvironment(image.dir, postgres.port, this.database, more);
    },
  };
}
