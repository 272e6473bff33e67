import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, withoutSecrets } from '../../redaction/index.ts';
import type { KubernetesObject, Snapshot } from '../../model/snapshot.ts';
import { readSnapshot } from '../../diagnosis/index.ts';
import { diagnose } from '../support/diagnosed.ts';
import { ago, appliance, NOW } from './appliance.ts';
import { CHAINS } from './chains.ts';
import type { Case } from './corpus/case.ts';
import { CASES, snapshotOf } from './corpus/corpus.ts';
import { crashing, pulling } from './faults.ts';
import { MULTI } from './multi.ts';
import { SEEDS } from './seeds.ts';
import { SILENT } from './silent.ts';

const pictures: readonly (() => Snapshot)[] = [
  ...MULTI.map(([, make]) => make),
  ...CHAINS.map(([, make]) => make),
  ...Object.values(SEEDS),
  ...Object.values(SILENT),
  ...CASES.filter((one) => !one.where.startsWith('text ')).map((one) => () => snapshotOf(one)),
];
const anyPicture = fc.nat(pictures.length - 1).map((index) => pictures[index]?.() ?? appliance());
const options = { now: new Date(NOW) };

/** What a person would call the same answer: causes in their order, tiers, the whole's state. */
function answer(snapshot: Snapshot, now = options.now) {
  const { status, graph } = diagnose(snapshot, { now });
  return {
    causes: graph.causes.map((one) => ({
      id: one.id,
      follows: one.consequences.map((each) => `${each.code}/${each.component}`).toSorted(),
    })),
    tiers: Object.entries(status.tiers).map(([id, tier]) => `${id} ${tier.status}`),
    state: status.rollup.state,
    components: status.components.map((one) => `${one.name} ${one.status}`),
    operations: status.activeOperations.map((one) => `${one.kind} ${one.component}`),
  };
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  let state = seed || 1;
  return list
    .map((item) => {
      state = (state * 48_271) % 2_147_483_647;
      return { item, at: state };
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function withItems(snapshot: Snapshot, change: (items: readonly KubernetesObject[]) => KubernetesObject[]): Snapshot {
  if (!snapshot.kubernetes) return snapshot;
  return { ...snapshot, kubernetes: { ...snapshot.kubernetes, items: change(snapshot.kubernetes.items) } };
}

function replaced(snapshot: Snapshot, from: string, to: string): Snapshot {
  return JSON.parse(JSON.stringify(snapshot).replaceAll(from, to));
}

function noise(count: number): KubernetesObject[] {
  const words = [
    'Scheduled',
    'Pulled',
    'Created',
    'Started',
    'BackOff',
    'Unhealthy',
    'FailedMount',
    'Failed',
    'Killing',
    'FailedScheduling',
  ];
  return Array.from({ length: count }, (_, n) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `noise.${n}`, namespace: 'other' },
    involvedObject: { kind: 'Pod', namespace: n % 3 === 0 ? 'msp' : 'other', name: `gone-${n}`, uid: `uid-gone-${n}` },
    type: n % 2 === 0 ? 'Warning' : 'Normal',
    reason: words[n % words.length] ?? 'Pulled',
    message: `Failed to pull image "example.com/app:${n}": not found; no space left on device; password authentication failed for user "u${n}"`,
    count: (n % 7) + 1,
    firstTimestamp: ago(50 - (n % 40)),
    lastTimestamp: ago(8 - (n % 7)),
  }));
}

describe('what never changes the answer', () => {
  it('the order of objects, logs and answers', () => {
    fc.assert(
      fc.property(anyPicture, fc.integer({ min: 1, max: 1e9 }), (snapshot, seed) => {
        const mixed = {
          ...withItems(snapshot, (items) => shuffled(items, seed)),
          ...(snapshot.logs ? { logs: shuffled(snapshot.logs, seed) } : {}),
        };
        expect(answer(mixed)).toEqual(answer(snapshot));
      }),
      { numRuns: 120 },
    );
  });

  it('three thousand events of others', () => {
    const extra = noise(3000);
    fc.assert(
      fc.property(anyPicture, (snapshot) => {
        fc.pre((snapshot.kubernetes?.items.length ?? 0) > 0);
        expect(answer(withItems(snapshot, (items) => [...items, ...extra]))).toEqual(answer(snapshot));
      }),
      { numRuns: 12 },
    );
  });

  it('messages cut at 1,024 characters, as the API server cuts events', () => {
    const more = ` ${'and so on '.repeat(110)}`;
    const cut = (key: string, value: unknown) =>
      key === 'message' && typeof value === 'string' ? `${value}${more}`.slice(0, 1024) : value;
    fc.assert(
      fc.property(anyPicture, (snapshot) => {
        const long = withItems(snapshot, (items) => JSON.parse(JSON.stringify(items, cut)));
        expect(answer(long)).toEqual(answer(snapshot));
      }),
      { numRuns: 120 },
    );
  });

  it('where a message is cut off, once it has said what is wrong', () => {
    const cut = CASES.filter(({ where }) => !/^(?:text|talos|oom|api)\b/.test(where));
    const codes = (one: Case) => diagnose(snapshotOf(one), options).blockers.map(({ code }) => code);
    fc.assert(
      fc.property(fc.constantFrom(...cut), (one) => {
        const ends = [...one.message.matchAll(/\S+/g)].slice(-5).map(({ index, 0: each }) => index + each.length);
        const right = ends.map((end) => codes({ ...one, message: one.message.slice(0, end) }).join() === one.code);
        expect(right.at(-1) && right.includes(true) && right.slice(right.indexOf(true)).includes(false)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('the names of pods, their hashes and the node', () => {
    const hash = fc.stringMatching(/^[a-z0-9]{10}$/);
    fc.assert(
      fc.property(anyPicture, hash, (snapshot, other) => {
        const renamed = replaced(
          replaced(replaced(snapshot, '7d9c5b8f6d', other), 'q4z8w', other.slice(0, 5)),
          '"name":"appliance"',
          `"name":"node-${other}"`,
        );
        expect(answer(renamed)).toEqual(answer(snapshot));
      }),
      { numRuns: 120 },
    );
  });

  it('the hash in the name of one of two pods that fail alike', () => {
    const limited = 'ErrImagePull: toomanyrequests: You have reached your pull rate limit.';
    const both = appliance(
      pulling('temporal', 'ImagePullBackOff', limited, []),
      pulling('temporal-ui', 'ImagePullBackOff', limited, []),
    );
    expect(answer(replaced(both, '7d9c5b8f6d', 'v0a000aa00'))).toEqual(answer(both));
  });

  it('a clock of the operator that is hours off the node’s', () => {
    fc.assert(
      fc.property(anyPicture, fc.integer({ min: -600, max: 600 }), (snapshot, minutes) => {
        const at = new Date(NOW + minutes * 60_000);
        expect(answer({ ...snapshot, takenAt: at.toISOString() }, at)).toEqual(answer(snapshot));
      }),
      { numRuns: 120 },
    );
  });
});

describe('secrets', () => {
  const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9!_]{10,20}[0-9][A-Z]$/);
  const planted: readonly ((secret: string) => string)[] = [
    (secret) => `DB_PASSWORD_SERVER=${secret}`,
    (secret) => `{"password":"${secret}","user":"app"}`,
    (secret) => `connecting to postgres://app_user:${secret}@db:5432/server failed`,
    (secret) => `Authorization: Bearer ${secret}`,
    (secret) => `NEXTAUTH_SECRET: '${secret}'`,
    (secret) => `redis://:${secret}@redis:6379/0`,
    (secret) => `POSTGRES_PWD="${secret}" is refused`,
    (secret) => `--auth-key ${secret}`,
    (secret) => `CRYPTR_KEY=${secret};TOKEN_SECRET_KEY=${secret}`,
    (secret) => `AUTH default ${secret}`,
    (secret) => `ALTER ROLE app_user WITH PASSWORD '${secret}'`,
    (secret) => `https://oauth2:${secret}@github.com/Nine-Minds/alga-psa: authentication required`,
    (secret) => `x-api-key: ${secret}`,
    (secret) => `cookie: session=${secret}`,
    (secret) => `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
    (secret) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}`,
    (secret) => `GET /api/status?token=${secret}&view=all HTTP/1.1`,
    (secret) => `https://minio/bucket/x?X-Amz-Credential=AKIA&X-Amz-Signature=${secret}&x=1`,
    (secret) => `jdbc:postgresql://db:5432/server?user=app_user&password=${secret}&ssl=false`,
    (secret) => `Server=db;Database=server;User Id=app_user;Password=${secret};`,
    (secret) => `host=db user=app_user password=${secret} dbname=server sslmode=disable`,
    (secret) => `postgresql+psycopg2://app_user:${secret}@db/server`,
    (secret) => `{"auths":{"ghcr.io":{"username":"x","password":"${secret}","auth":"${secret}"}}}`,
    (secret) => `password: >-\n  ${secret}`,
    (secret) => `spring.datasource.password=${secret}`,
    (secret) => `Invalid password '${secret}' for user app`,
    (secret) => `{\\"clientSecret\\":\\"${secret}\\"}`,
    (secret) => `curl -u admin:${secret} http://alga-core-sebastian:3000`,
    (secret) => `redis-cli -a ${secret} ping`,
    (secret) => `PGPASSWORD=${secret} psql -h db`,
    (secret) => `requirepass ${secret}`,
    (secret) => `Proxy-Authorization: Basic ${Buffer.from(`user:${secret}`).toString('base64')}${secret}`,
    (secret) => `docker login ghcr.io -u x --password ${secret}`,
    (secret) => `userlist.txt:\n"app_user_pgbouncer" "${secret}"`,
  ];

  it('never reach the evidence, the log of the database setup or the graph', () => {
    fc.assert(
      fc.property(word, fc.constantFrom(...planted), (secret, plant) => {
        const snapshot = appliance(
          crashing('alga-core', `error: password authentication failed for user "app_user"; ${plant(secret)}`, {
            message: plant(secret),
          }),
          pulling('email-service', 'ErrImagePull', `failed to authorize: 401 Unauthorized; ${plant(secret)}`, []),
          (_items, rest) =>
            rest.logs.unshift({
              namespace: 'msp',
              pod: 'alga-core-sebastian-bootstrap-1-x7k2p',
              container: 'bootstrap',
              previous: false,
              text: plant(secret),
            }),
        );
        expect([JSON.stringify(diagnose(snapshot, options)).includes(secret), redact(plant(secret))]).toEqual([
          false,
          expect.not.stringContaining(secret),
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it('never reach a snapshot that is handed on, wherever in an object they stand', () => {
    fc.assert(
      fc.property(word, fc.constantFrom(...planted), (secret, plant) => {
        const objects = [
          {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: 'x', annotations: { 'vendor.example/token': secret, note: plant(secret) } },
            spec: {
              containers: [
                {
                  name: 'x',
                  env: [{ name: 'CRYPTR_KEY', value: secret }],
                  args: ['--requirepass', secret, `--auth-key=${secret}`],
                  livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: `Bearer ${secret}` }] } },
                },
              ],
            },
          },
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 's' },
            data: { any: btoa(secret) },
            stringData: { any: secret },
          },
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'c' },
            data: { REDIS_PASSWORD: secret, conf: plant(secret) },
          },
        ];
        const snapshot = {
          kubernetes: { items: objects, error: plant(secret) },
          logs: [{ text: plant(secret) }],
          talos: [{ command: 'talosctl', stdout: plant(secret), stderr: `token: ${secret}` }],
          loginProbe: { location: `/msp/dashboard?token=${secret}` },
        };
        const text = JSON.stringify(withoutSecrets(snapshot));
        expect([text.includes(secret), text.includes(btoa(secret))]).toEqual([false, false]);
        expect(text).toContain('CRYPTR_KEY');
      }),
      { numRuns: 150 },
    );
  });

  it('are no part of what a diagnosis says: a snapshot without them leads to the same answer', () => {
    fc.assert(
      fc.property(anyPicture, (snapshot) => {
        const handedOn = readSnapshot(withoutSecrets(snapshot), options.now);
        expect(handedOn.success && answer(handedOn.data)).toEqual(answer(snapshot));
      }),
      { numRuns: 80 },
    );
  });

  it('are the only thing that is taken away: messages of the corpus stay as they were said', () => {
    expect(CASES.filter((one) => redact(one.message) !== one.message).map((one) => redact(one.message))).toEqual([]);
  });
});
