import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { candidateSpec } from '../../client/inputs/candidate.ts';
import { recordedValues } from '../../client/inputs/values.ts';
import { applianceValues } from '../../model/appliance-values.ts';
import type { InputKey } from '../../model/inputs.ts';
import type { InstallSpec } from '../../model/site.ts';
import { testSpec } from '../support/spec.ts';
import { repositoryFile } from './values.ts';

const RUNS = { seed: 20_261_130, numRuns: 60 };

const tree = z.record(z.string(), z.unknown());
const jsonOf = (file: string) => tree.parse(JSON.parse(repositoryFile(file)));

/** Merges values as Helm does: `above` wins. */
function over(below: unknown, above: unknown): unknown {
  const [one, other] = [tree.safeParse(below), tree.safeParse(above)];
  if (!one.success || !other.success || Array.isArray(above)) return above;
  const keys = [...new Set([...Object.keys(one.data), ...Object.keys(other.data)])];
  return Object.fromEntries(
    keys.map((key) => [key, key in other.data ? over(one.data[key], other.data[key]) : one.data[key]]),
  );
}

const CHARTS = new Map(
  Object.keys(applianceValues({ spec: testSpec(), bootstrapMode: 'fresh', installId: 'install-1' })).map((chart) => {
    const schema = jsonOf(`charts/${chart}/values.schema.json`);
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
    const defaults: unknown = parse(repositoryFile(`charts/${chart}/values.yaml`));
    return [chart, { validate, defaults }];
  }),
);

type Order = Partial<Record<InputKey, string>>;

/** The spec for written inputs, or null if the client refuses them. */
function ordered(written: Order, siteId = 'site-1'): InstallSpec | null {
  const base = testSpec();
  const values = recordedValues(base);
  for (const [key, text] of Object.entries(written))
    values.set(z.custom<InputKey>().parse(key), { text, source: 'flag' });
  const { mode, wipeConfirmed, release } = base;
  return candidateSpec(values, { siteId, mode, wipeConfirmed, release, checkout: null }).spec;
}

/** What the charts refuse of a spec's values. */
function refused(spec: InstallSpec): string[] {
  const values = applianceValues({ spec, bootstrapMode: 'fresh', installId: 'install-1' });
  return [...CHARTS].flatMap(([chart, { validate, defaults }]) =>
    validate(over(defaults, values[chart]))
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${chart}${instancePath}: ${message}`),
  );
}

const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.stringMatching(/^[A-Za-z0-9.-]{1,20}$/),
);
/** URLs as people write them, whole and broken. */
const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .tuple(
      fc.constantFrom('http', 'https', 'HTTPS', 'Http', 'ftp'),
      fc.constantFrom('://', '://', '://', '://', ':///', ':/', String.raw`:\\`),
      fc.constantFrom('', '', '', '', '', '', 'user@', 'user:password@', '@'),
      host,
      fc.constantFrom('', '', ':80', ':443', ':3000', ':', ':65536'),
      fc.constantFrom('', '', '', '', '/', '//', '/alga', '?', '?a=b', '#', '#a', ' ', '/?', String.raw`\alga`),
    )
    .map((parts) => parts.join('')),
);
const word = fc.stringMatching(/^[A-Za-z0-9._/:@-]{1,40}$/);
const reference = fc
  .tuple(
    fc.constantFrom('ghcr.io', 'registry.example.org:5000', 'Registry.example.org', 'localhost'),
    fc.oneof(fc.stringMatching(/^[a-z0-9._-]{1,20}$/), fc.stringMatching(/^[A-Za-z0-9._/-]{0,20}$/)),
    fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
    fc.constantFrom('', '', `@sha256:${'a'.repeat(64)}`, '@sha256:a'),
  )
  .map(([registry, name, tag, digest]) => `${registry}/${name}:${tag}${digest}`);

/** The inputs that reach a chart, and what may be written for each. */
const ROWS: readonly { key: InputKey; texts: fc.Arbitrary<string>; beside?: Order }[] = [
  { key: 'appUrl', texts: url },
  { key: 'nodeIp', texts: fc.oneof(fc.ipV4(), fc.ipV6(), word) },
  { key: 'imageTags.algaCore', texts: word },
  { key: 'imageTags.workflowWorker', texts: word },
  { key: 'imageTags.emailService', texts: word },
  { key: 'imageTags.temporalWorker', texts: word },
  { key: 'collaborationImage', texts: fc.oneof(reference, word), beside: { collaboration: 'true' } },
];

test.each(ROWS)('$key: the charts take whatever the client accepts', ({ key, texts, beside }) => {
  let accepted = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const spec = ordered({ ...beside, [key]: text });
      if (spec === null) return;
      accepted += 1;
      expect(refused(spec)).toEqual([]);
    }),
    RUNS,
  );
  expect(accepted).toBeGreaterThan(0);
});

test("the site's name: the charts take whatever the client accepts", () => {
  fc.assert(
    fc.property(word, (siteId) => {
      const spec = ordered({}, siteId);
      if (spec !== null) expect(refused(spec)).toEqual([]);
    }),
    RUNS,
  );
});

const pattern = new RegExp(z.object({ pattern: z.string() }).parse(jsonOf('charts/definitions.json')['url']).pattern);

test.each([
  ['https://psa.example.com', 'https://psa.example.com'],
  ['https://psa.example.com/', 'https://psa.example.com'],
  ['https://psa.example.com:443//', 'https://psa.example.com'],
  ['HTTPS://PSA.Example.com:8443', 'https://psa.example.com:8443'],
  ['http://192.0.2.10:3000', 'http://192.0.2.10:3000'],
  ['http://[2001:DB8::1]:3000/', 'http://[2001:db8::1]:3000'],
])('--app-url %s is taken as %s', (text, taken) => {
  expect(ordered({ appUrl: text })?.appUrl).toBe(taken);
  expect(taken).toMatch(pattern);
});
