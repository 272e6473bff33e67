import type { Snapshot } from '../../model/snapshot.ts';
import { ago, appliance, type Change, imageOf, NOW } from './appliance.ts';
import { apiDown, bootstrapFailed, broken, crashing, fluxFailed, login, pulling } from './faults.ts';
import { corePulling } from './silent.ts';

const missing = (name: string): Change =>
  pulling(name, 'ImagePullBackOff', `Back-off pulling image "${imageOf(name)}"`, [
    ['Pulling', `Pulling image "${imageOf(name)}"`, { count: 5, first: 9, last: 1.5, type: 'Normal' }],
    [
      'Failed',
      `Failed to pull image "${imageOf(name)}": rpc error: code = NotFound desc = failed to pull and unpack image "${imageOf(name)}": failed to resolve reference "${imageOf(name)}": ${imageOf(name)}: not found`,
      { count: 5, first: 9, last: 1.5 },
    ],
    ['Failed', 'Error: ErrImagePull', { count: 5, first: 9, last: 1.5 }],
    ['BackOff', `Back-off pulling image "${imageOf(name)}"`, { count: 22, first: 9, last: 0.3, type: 'Normal' }],
    ['Failed', 'Error: ImagePullBackOff', { count: 22, first: 9, last: 0.3 }],
  ]);
const noPage = login(null, null, 'connect ECONNREFUSED 192.0.2.10:3000');
const notYet = (...names: readonly string[]): Change[] =>
  names.map((name) => broken(name, { state: { waiting: { reason: 'PodInitializing' } } }));

/** What really happened on real appliances, as whole snapshots. */
export const SEEDS: Readonly<Record<string, () => Snapshot>> = {
  healthy: () => appliance(),
  'background-image-missing': () =>
    appliance(
      missing('workflow-worker'),
      fluxFailed(
        'HelmRelease',
        'workflow-worker',
        'InstallFailed',
        'Helm install failed for release msp/workflow-worker with chart workflow-worker@0.1.0: context deadline exceeded',
        'Released',
      ),
    ),
  'core-image-missing': () => appliance(missing('alga-core'), missing('bootstrap'), noPage),
  'sub-path-under-helm-time-out': () =>
    appliance(
      broken(
        'db',
        {
          state: {
            waiting: {
              reason: 'CreateContainerConfigError',
              message: 'failed to create subPath directory for volumeMount "db-data" of container "postgres"',
            },
          },
        },
        [
          [
            'Failed',
            'Error: failed to create subPath directory for volumeMount "db-data" of container "postgres"',
            { count: 40 },
          ],
        ],
      ),
      ...notYet('alga-core', 'pgbouncer'),
      fluxFailed(
        'HelmRelease',
        'alga-core',
        'InstallFailed',
        'Helm install failed for release msp/alga-core with chart alga-core@0.1.0: context deadline exceeded',
        'Released',
      ),
      fluxFailed(
        'Kustomization',
        'alga-core',
        'HealthCheckFailed',
        "health check failed after 10m0s: timeout waiting for: [HelmRelease/alga-system/alga-core status: 'InProgress']",
      ),
      fluxFailed(
        'Kustomization',
        'alga-background',
        'DependencyNotReady',
        "dependency 'flux-system/alga-core' is not ready",
      ),
      noPage,
    ),
  'interrupted-pull-of-email-service': () =>
    appliance(
      pulling(
        'email-service',
        'ErrImagePull',
        `rpc error: code = Canceled desc = failed to pull and unpack image "${imageOf('email-service')}": failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://pkg-containers.githubusercontent.com/ghcr1/blobs/sha256:06b6": context canceled`,
        [
          ['Pulling', `Pulling image "${imageOf('email-service')}"`, { count: 1, first: 7, last: 7, type: 'Normal' }],
          [
            'Failed',
            `Failed to pull image "${imageOf('email-service')}": rpc error: code = Canceled desc = failed to pull and unpack image "${imageOf('email-service')}": context canceled`,
            { count: 1, first: 2, last: 2 },
          ],
        ],
      ),
    ),
  'temporal-without-schema': () =>
    appliance(
      crashing(
        'temporal',
        'Unable to start server. Error: sql schema version compatibility check failed: unable to read DB schema version keyspace/database: temporal error: pq: relation "schema_version" does not exist',
        { restarts: 9 },
      ),
      crashing(
        'temporal-worker',
        'Error: Failed to connect to temporal-frontend:7233: 14 UNAVAILABLE: No connection established',
        { restarts: 7 },
      ),
    ),
  'service-link-crash-of-temporal-ui': () =>
    appliance(
      crashing(
        'temporal-ui',
        '2026/05/01 11:58:00 Loading config; env=docker,configDir=config\nyaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `tcp://1...` into int',
        { restarts: 8 },
      ),
    ),
  'dns-refused-for-the-talos-installer': () => ({
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Snapshot',
    takenAt: new Date(NOW).toISOString(),
    site: { siteId: 'appliance-single-node', nodeIp: '192.168.64.7', appUrl: 'http://192.168.64.7:3000' },
    talos: [
      {
        command: 'talosctl dmesg -n 192.168.64.7 --tail',
        exitCode: 1,
        stdout: '',
        stderr:
          'failed to pull image "factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.12.0": failed to resolve reference: failed to do request: Head "https://factory.talos.dev/v2/metal-installer/manifests/v1.12.0": dial tcp: lookup factory.talos.dev on 192.168.64.1:53: connection refused',
      },
    ],
  }),
  'talosconfig-of-another-node': () => ({
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Snapshot',
    takenAt: new Date(NOW).toISOString(),
    site: { siteId: 'appliance-single-node', nodeIp: '192.0.2.10', appUrl: 'http://192.0.2.10:3000' },
    talos: [
      {
        command: 'talosctl --talosconfig talosconfig -n 192.0.2.10 version',
        exitCode: 1,
        stdout: '',
        stderr:
          'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
      },
    ],
  }),
  'core-image-pulling-for-16-minutes': () => appliance(corePulling),
  'seed-directory-missing': () =>
    appliance(
      bootstrapFailed(
        'Running migrations\nBatch 1 run: 412 migrations\nno users yet: running seeds\nERROR: Configured seed directory does not exist: /app/ee/server/seeds/onboarding\n',
      ),
      ...notYet('alga-core'),
      noPage,
    ),
  'api-server-down': () => appliance(apiDown('connect ECONNREFUSED 192.0.2.10:6443'), noPage),
  'fault-hidden-behind-newer-events': () =>
    appliance(missing('db'), noPage, (items) => {
      for (let n = 0; n < 20; n += 1) {
        items.push({
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: `noise.${n}`, namespace: 'msp' },
          involvedObject: { kind: 'Pod', namespace: 'msp', name: 'temporal-7d9c5b8f6d-q4z8w' },
          type: 'Normal',
          reason: 'Started',
          message: `Started container ${n}`,
          count: 1,
          firstTimestamp: ago(0.2),
          lastTimestamp: ago(0.1),
        });
      }
    }),
};
