import { createPostgres as create, type Postgres, type PostgresOptions } from '../../image-check/postgres.ts';
import { needs } from '../support/needs.ts';

needs('postgres');

export type { Postgres };

/** Password of the superuser in these tests: a canary that must never be printed. */
export const SUPERUSER_PASSWORD = 'canary0superuser0password';

/** A real Postgres for a test, with the extension `vector` or a stand-in for it unless that is not wanted. */
export const createPostgres = (options: Omit<PostgresOptions, 'password'> = {}): Promise<Postgres> =>
  create({ password: SUPERUSER_PASSWORD, ...options });
