import { ALL_WELL } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

/** Heals by itself: the kubelet tries again every few seconds, and after 15 minutes the folder is there. */
export const postgresSubpath: Scenario = {
  ...ALL_WELL,
  name: 'postgres-subpath',
  title: 'The folder for Postgres cannot be created on its volume',
  shows:
    'the install parks on the database volume and continues automatically when the cause is fixed, after 15 minutes',
  subPath: { container: 'postgres', volumeMount: 'db-data', healsAfterSeconds: 15 * 60 },
};
