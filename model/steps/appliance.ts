import { PORTS } from '../appliance.ts';
import { CHANGEABLE } from '../inputs.ts';
import { PICTURE, SOFTWARE } from './depends.ts';
import { phase } from './step.ts';

export const statusPage = phase('status-page', [
  {
    name: 'awaitStatusPage',
    title: 'wait for the status page',
    profile: 'wait',
    dependsOn: ['repo.branch'],
    plan: ({ nodeIp }) => [`wait for the status page on http://${nodeIp}:${PORTS.statusPage}/`],
  },
]);

export const core = phase('core', [
  {
    name: 'awaitCore',
    title: 'wait for the core services',
    profile: 'wait',
    source: PICTURE,
    dependsOn: SOFTWARE,
    plan: () => ['wait for database, Redis and PgBouncer'],
  },
]);

export const bootstrap = phase('bootstrap', [
  {
    name: 'awaitBootstrap',
    title: 'wait for the database setup',
    profile: 'wait',
    source: PICTURE,
    heedsRetry: true,
    dependsOn: SOFTWARE,
    plan: () => ['wait for the database setup'],
  },
]);

export const login = phase('login', [
  {
    name: 'awaitLogin',
    title: 'wait for the login',
    profile: 'wait',
    source: PICTURE,
    dependsOn: SOFTWARE,
    plan: ({ appUrl }) => [`wait until ${appUrl} answers for 30 s`],
  },
]);

export const background = phase('background', [
  {
    name: 'awaitBackground',
    title: 'wait for the background services',
    profile: 'wait',
    source: PICTURE,
    dependsOn: SOFTWARE,
    plan: ({ collaboration }) => [
      'wait for the background services; their failures do not stop the install',
      ...(collaboration ? [`collaborative editing is one of them, on port ${PORTS.collaboration} of the node`] : []),
    ],
  },
]);

export const finish = phase('finish', [
  {
    name: 'finishInstall',
    title: 'switch to recover mode; write the report',
    profile: 'apply',
    reportsOnPhases: true,
    // The report names the inputs of the install.
    dependsOn: CHANGEABLE.map(({ key }) => key),
    plan: () => ['switch to recover mode, which keeps existing data, and write the report'],
  },
]);
