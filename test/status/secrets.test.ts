import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../model/snapshot.ts';
import { statusDocument } from '../../model/status.ts';
import { statusOf } from '../../status/index.ts';
import { progressIn } from '../client/support/progress.ts';
import { CHAINS } from '../diagnosis/chains.ts';
import { NOW } from '../diagnosis/appliance.ts';
import { MULTI } from '../diagnosis/multi.ts';
import { SEEDS } from '../diagnosis/seeds.ts';

/** A failure is found again by its seed. */
const RUNS = { seed: 20_261_130, numRuns: 300 };
const S = 'Zq9XsecretV4lue';
const FORMS: readonly string[] = [
  `password=${S}`,
  `http://u:${S}@h/`,
  `Authorization: Bearer ${S}`,
  `Password is -> [ ${S} ]`,
  `{"name":"DB_PASSWORD","value":"${S}"}`,
  `Key (token)=(${S}) already exists.`,
  `CRYPTO_KEY=${S}`,
];
/** What the diagnosis goes by: without them a cluster is another one. */
const TOKENS = new Set(['apiVersion', 'kind', 'type', 'uid', 'takenAt', 'phase', 'namespace', 'status', 'resource']);
const STAMP = /^\d{4}-\d\d-\d\dT/;

const pictures: readonly (() => Snapshot)[] = [
  ...MULTI.map(([, make]) => make),
  ...CHAINS.map(([, make]) => make),
  ...Object.values(SEEDS),
];
const FIELDS: readonly (readonly string[] | null)[] = [
  ['message', 'text', 'stdout', 'stderr', 'error', 'reason', 'location'],
  ['image', 'appUrl', 'nodeIp', 'siteId'],
  ['url', 'branch', 'revision', 'lastAttemptedRevision', 'lastAppliedRevision'],
  ['name'],
  null,
];

/** The value with the secret at the end of each text, or of those in the named fields. */
function spoilt<T>(value: T, form: string, fields: readonly string[] | null): T {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) =>
    typeof each !== 'string' || TOKENS.has(key) || STAMP.test(each) || (fields && !fields.includes(key))
      ? each
      : `${each} ${form}`,
  );
}

describe('no text of a document holds a secret', () => {
  it('whichever text of a cluster or an install held it', () => {
    const shown = fc.property(
      fc.constantFrom(...pictures),
      fc.constantFrom(...FORMS),
      fc.constantFrom(...FIELDS),
      (make, form, fields) => {
        const document = statusOf({
          cluster: spoilt(make(), form, fields),
          install: null,
          now: new Date(NOW),
          previous: null,
        });
        statusDocument.parse(document);
        expect(JSON.stringify(document)).not.toContain(S);
      },
    );
    fc.assert(shown, RUNS);
  });

  it.each(FORMS)('the probe, the address of the login, events, an install: %s', (form) => {
    const cluster = pictures[0]?.();
    if (!cluster) throw new Error('there are no pictures');
    const install = progressIn('host');
    const document = statusOf({
      cluster: {
        ...cluster,
        site: { siteId: 'berlin', nodeIp: '192.0.2.10', appUrl: form },
        loginProbe: { status: null, location: form, error: form },
      },
      install: {
        progress: {
          ...install,
          waits: [{ what: form, saw: form, since: install.startedAt, seenAt: install.updatedAt }],
        },
        unread: null,
        failing: form,
        isOnlyEye: false,
      },
      now: new Date(NOW),
      previous: null,
    });
    expect(JSON.stringify(document)).not.toContain(S);
    expect(document.urls.loginUrl).toContain('[redacted]');
  });
});
