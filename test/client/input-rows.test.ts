import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { candidateSpec } from '../../client/inputs/candidate.ts';
import { gatherChange } from '../../client/inputs/change.ts';
import { edgeFaults } from '../../client/inputs/edge.ts';
import { recordedValues } from '../../client/inputs/values.ts';
import { optionKey } from '../../client/terminal/flags.ts';
import { changedSpec } from '../../model/input-change.ts';
import { CHANGEABLE, INPUTS, inputOf, specValueOf, valueAt, valueOf, written } from '../../model/inputs.ts';
import type { Input } from '../../model/inputs.ts';
import type { InstallSpec } from '../../model/site.ts';
import { STEPS } from '../../model/steps/index.ts';
import { testSpec } from '../support/spec.ts';

const RUNS = { seed: 20_261_129, numRuns: 40 };

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const ip = fc.oneof(fc.ipV4(), fc.ipV6());
const word = fc.oneof(
  ip,
  label,
  fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, bits]) => `${address}/${bits}`),
  label.map((host) => `https://${host}.example.org/path/`),
  label.map((host) => `HTTPS://${host}.Example.org:8443/`),
  label.map((name) => `/dev/${name}`),
  fc.tuple(fc.nat(9), fc.nat(9)).map(([major, minor]) => `${major}.${minor}`),
);

const image = label.map((name) => `registry.example.org/alga/${name}:1.0`);

/** A spec in which every switch can be turned on: one needs an image beside it. */
const base = () => testSpec({ collaborationImage: 'registry.example.org/alga/hocuspocus:1.0' });

/** What a person may write for an input, as its own row accepts it. */
function textFor(input: Input): fc.Arbitrary<string> {
  if (input.kind === 'switch') return fc.constantFrom('true', 'false', 'yes', 'off');
  if (input.key === 'collaborationImage') return image;
  if (input.choices) return fc.constantFrom(...input.choices);
  const text =
    input.kind === 'list' ? fc.array(ip, { minLength: 1, maxLength: 4 }).map((list) => list.join(', ')) : word;
  return text.filter(
    (given) =>
      input.schema.safeParse(valueOf(input, given)).success &&
      edgeFaults(new Map([[input.key, { text: given, source: 'flag' }]])).length === 0,
  );
}

/** The spec that comes of the values of one spec, with one of them written otherwise. */
function ordered(spec: InstallSpec, input?: Input, text = ''): InstallSpec {
  const values = recordedValues(spec);
  if (input) values.set(input.key, { text, source: 'flag' });
  // An address means something on a static network alone.
  if (input?.when) values.set('network.mode', { text: 'static', source: 'flag' });
  if (input?.when || text === 'static') {
    // An address has its gateway beside it, and a gateway its address.
    const address = input?.key === 'network.gateway' ? `${text}/${text.includes(':') ? 128 : 32}` : '192.0.2.9/24';
    const gateway = input?.key === 'network.address' ? (text.split('/')[0] ?? '') : '192.0.2.1';
    for (const [key, other] of [
      ['network.address', address],
      ['network.gateway', gateway],
    ] as const)
      if (!values.has(key)) values.set(key, { text: other, source: 'flag' });
  }
  const { siteId, mode, wipeConfirmed, release } = spec;
  const releaseVersion = values.get('release')?.text ?? '';
  const surroundings = { siteId, mode, wipeConfirmed, release: { ...release, releaseVersion }, checkout: null };
  const candidate = candidateSpec(values, surroundings);
  if (!candidate.spec) throw new Error(JSON.stringify(candidate.faults));
  return candidate.spec;
}

test.each(INPUTS)('--$flag: what was ordered is recorded, and ordered again from the record', (input) => {
  fc.assert(
    fc.property(textFor(input), (text) => {
      const spec = ordered(base(), input, text);
      expect(valueOf(input, written(input, spec) ?? undefined)).toEqual(valueOf(input, text));
      expect(ordered(spec)).toEqual(spec);
    }),
    RUNS,
  );
});

test.each(CHANGEABLE)('--$flag: a running install is told what a new one would be ordered with', async (input) => {
  await fc.assert(
    fc.asyncProperty(textFor(input), async (text) => {
      const value = input.kind === 'switch' ? valueOf(input, text) === true : text;
      const options = { [optionKey(input.flag)]: value };
      const change = await gatherChange({ options, cwd: '/', checkout: async () => null });
      const changed = changedSpec(base(), change);
      expect(changed).toEqual(ordered(base(), input, text));
    }),
    RUNS,
  );
});

test('what the steps depend on are inputs, and each one that can be changed makes a step run again', () => {
  const depended = new Set(STEPS.flatMap(({ step }) => step.dependsOn ?? []));
  expect(INPUTS.map(({ key }) => key)).toEqual(expect.arrayContaining([...depended]));
  expect([...depended]).toEqual(expect.arrayContaining(CHANGEABLE.map(({ key }) => key)));
});

test('what a default follows are inputs', () => {
  const keys = INPUTS.map(({ key }): string => key);
  for (const input of INPUTS) for (const from of input.default?.from ?? []) expect(keys).toContain(from);
});

test('an input that came later is left out of the spec where it says nothing, so that the digest stays', () => {
  const later = { ...inputOf('prepullImages'), schema: z.boolean().optional() };
  expect(specValueOf(later, undefined)).toBeUndefined();
  expect(specValueOf(later, 'false')).toBeUndefined();
  expect(specValueOf(later, 'true')).toBe(true);
  expect(specValueOf(inputOf('prepullImages'), 'false')).toBe(false);
  expect(specValueOf(inputOf('dnsServers'), undefined)).toEqual([]);
});

const EDITING = { collaboration: true, collaborationImage: 'registry.example.org/alga/hocuspocus:1.0' };

test('every input has a place in the spec', () => {
  const spec = testSpec({
    network: { mode: 'static', address: '192.0.2.9/24', gateway: '192.0.2.1' },
    allowInsecureHttp: true,
    autoRepair: false,
    ...EDITING,
  });
  for (const { key, path, ofRelease } of INPUTS) {
    if (!ofRelease) expect([key, valueAt(spec, path)]).not.toEqual([key, undefined]);
  }
});
