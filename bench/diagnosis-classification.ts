import { statusOf } from '../status/index.ts';
import { matchText } from '../diagnosis/classify.ts';
import type { Domain } from '../diagnosis/rule.ts';
import { CASES, snapshotOf } from '../test/diagnosis/corpus/corpus.ts';
import { NOW } from '../test/diagnosis/appliance.ts';

const SIGNALS = 10_000;
const RUNS = 7;

/** The places of the corpus that go by one message each, and the domain in which that is read. */
const DOMAINS: Readonly<Record<string, Domain>> = {
  pull: 'pull',
  'pull-state': 'pull',
  config: 'config',
  run: 'start',
  mount: 'volume',
  sandbox: 'sandbox',
  schedule: 'schedule',
  admission: 'admission',
  log: 'log',
  'job-log': 'log',
  evict: 'evict',
  claim: 'claim',
  git: 'flux-source',
  helm: 'helm',
  kustomization: 'flux-apply',
  talos: 'talos',
};

/** Messages as they come: each of its own, most of them known, a part of them ordinary words that no rule may know. */
function signals(): readonly (readonly [Domain, string])[] {
  const known = CASES.flatMap((one) => {
    const domain = DOMAINS[one.where.split(' ')[0] ?? ''];
    return domain ? one.message.split('\n').map((line) => [domain, line] as const) : [];
  });
  return Array.from({ length: SIGNALS }, (_, n) => {
    const [domain, text] = known[n % known.length] ?? (['log', ''] as const);
    return n % 5 === 0
      ? (['log', `2026-05-01T12:00:00Z info request ${n} handled in ${n % 97} ms by worker-${n % 7}`] as const)
      : ([domain, `${text} (${n})`] as const);
  });
}

/** What the measurement gives, times in milliseconds. */
export interface ClassificationFigures {
  readonly signals: number;
  readonly classifyMs: number;
  /** One whole diagnosis of an appliance with 3,000 events. */
  readonly diagnoseMs: number;
}

/** Measures the classification of 10,000 different messages, and one whole diagnosis among 3,000 events. */
export function measureClassification(): ClassificationFigures {
  const all = signals();
  const classify = () => {
    let known = 0;
    for (const [domain, text] of all) if (matchText(domain, text)) known += 1;
    return known;
  };
  // The best of some runs: what others do on this machine is not measured here.
  const runs = Array.from({ length: RUNS }, () => {
    const began = performance.now();
    classify();
    return performance.now() - began;
  });
  const classifyMs = Math.min(...runs);

  const [one] = CASES;
  if (!one) throw new Error('the corpus is empty');
  const snapshot = snapshotOf(one);
  const noise = Array.from({ length: 3000 }, (_, n) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `e${n}`, namespace: 'msp' },
    involvedObject: { kind: 'Pod', namespace: 'msp', name: `gone-${n}` },
    type: 'Warning',
    reason: 'Failed',
    message: `Failed to pull image "x:${n}": not found`,
    count: 1,
    lastTimestamp: '2026-05-01T11:00:00Z',
  }));
  const busy = {
    ...snapshot,
    kubernetes: { error: null, missing: [], items: [...(snapshot.kubernetes?.items ?? []), ...noise] },
  };
  statusOf({ cluster: busy, install: null, now: new Date(NOW), previous: null });
  const start = performance.now();
  statusOf({ cluster: busy, install: null, now: new Date(NOW), previous: null });
  return { signals: SIGNALS, classifyMs, diagnoseMs: performance.now() - start };
}
