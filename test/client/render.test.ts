import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeLines, heartbeatLine } from '../../client/render/changes.ts';
import { installLines, liveLines } from '../../client/render/install.ts';
import { begunLines, operationLines } from '../../client/render/operations.ts';
import type { Style } from '../../client/terminal/style.ts';
import { bytes, clean, clip, columnsOf, cut, duration, hang, wrap } from '../../client/terminal/text.ts';
import { table } from '../../client/terminal/table.ts';
import { differences } from '../../client/inputs/differences.ts';
import { specDigest } from '../../site-folder/inputs.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { ActiveOperation } from '../../model/status.ts';
import { testSpec } from '../support/spec.ts';
import { at } from './support/progress.ts';
import { COMPLETE, HOST_WAIT, PARKED, PULL, READY } from './support/scenes.ts';

const PLAIN: Style = { color: false, unicode: true, width: 100 };
const COLOUR: Style = { ...PLAIN, color: true };
const NOW = new Date(at(120));

describe('the live view', () => {
  test.each([
    ['host-wait', HOST_WAIT],
    ['parked', PARKED],
    ['ready', READY],
    ['complete', COMPLETE],
  ])('%s', async (name, progress) => {
    await expect(`${installLines(COLOUR, progress, NOW).join('\n')}\n`).toMatchFileSnapshot(`golden/live-${name}.txt`);
  });

  test('in a small window what is over and what is to come is summed up, and the head stays', async () => {
    const lines = liveLines(PLAIN, PARKED, NOW, [], 18);
    expect(lines.length).toBeLessThanOrEqual(18);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/live-small.txt');
    const tiny = liveLines(PLAIN, PARKED, NOW, [], 6);
    expect(tiny).toHaveLength(6);
    expect(tiny[0]).toMatch(/^BLOCKED/);
    expect(tiny.at(-1)).toMatch(/^… \d+ more lines$/);
  });

  test.each([40, 60, 80, 120])('no line is wider than a window of %i', (width) => {
    for (const progress of [HOST_WAIT, PARKED, READY, COMPLETE])
      for (const line of installLines({ ...COLOUR, width }, progress, NOW)) {
        const longestWord = Math.max(...line.split(' ').map(columnsOf));
        expect(columnsOf(line)).toBeLessThanOrEqual(Math.max(width, longestWord + 20));
      }
  });
});

describe('however much a program said', () => {
  const said = 'rpc error: code = Unavailable desc = connection refused; '.repeat(60);
  const [blocker] = PARKED.blockers;
  const long: InstallProgress = {
    ...PARKED,
    waits: [{ what: 'the cause to be fixed', saw: said, since: at(60), seenAt: at(110) }],
    warnings: PARKED.blockers.map((one) => ({ ...one, reason: said })),
    blockers: blocker
      ? [
          {
            ...blocker,
            reason: said,
            evidence: Array.from({ length: 12 }, (_, index) => ({
              source: 'registry',
              object: `image ${index}`,
              message: said,
              at: null,
            })),
          },
        ]
      : [],
  };

  test.each([40, 80, 200])('a window of %i columns shows it at a glance, and the next action whole', (width) => {
    const lines = installLines({ ...PLAIN, width }, long, NOW);
    expect(lines.length).toBeLessThan(90);
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(blocker?.nextAction.slice(-40));
    expect(lines.join(' ')).toContain('and 8 more messages');
  });

  test('a log has no line that nobody would read', () => {
    const pipe = { ...PLAIN, width: Number.POSITIVE_INFINITY };
    const lines = [...changeLines(pipe, null, long, NOW), heartbeatLine(pipe, { ...long, state: 'running' }, NOW)];
    expect(Math.max(...lines.map(columnsOf))).toBeLessThan(600);
    expect(lines.filter((line) => line.includes('…')).length).toBeGreaterThan(4);
  });
});

describe('what is under way', () => {
  const PREPARING: ActiveOperation = {
    ...PULL,
    kind: 'container-creating',
    object: 'Pod msp/db-0',
    sizeBytes: null,
    progressReason: null,
    message: 'Preparing Pod msp/db-0',
  };
  const pod = (name: string): ActiveOperation => ({ ...PREPARING, object: name, message: `Preparing Pod ${name}` });

  test('many pods that are being prepared are one line; every pull has its own', () => {
    expect(operationLines([pod('msp/db-0')], NOW)).toEqual(['Preparing Pod msp/db-0, for 1m 20s']);
    expect(operationLines([pod('msp/db-0'), PULL, pod('msp/redis-0')], NOW)).toEqual([
      `${PULL.message}, for 1m 20s, about 1.8 GB, no percentage: ${PULL.progressReason}`,
      'Preparing 2 pods',
    ]);
  });

  test('an image that two pods wait for is one pull', () => {
    const later = { ...PULL, object: 'Pod msp/alga-core-bootstrap', startedAt: at(60) };
    expect(operationLines([later, PULL], NOW)).toHaveLength(1);
    expect(operationLines([later, PULL], NOW)[0]).toContain('for 1m 20s');
  });

  test('that a pod is being prepared is no news in a pipe', () => {
    expect(begunLines([pod('msp/db-0'), PULL], NOW)).toEqual([`${PULL.message}, for 1m 20s, about 1.8 GB`]);
  });

  // A simulated appliance goes by a clock of its own, half a minute of it in one of our seconds.
  test('is counted from the newest time that was seen, where that is ahead of this machine', () => {
    const ahead = {
      ...PARKED,
      waits: [{ what: 'the cause to be fixed', saw: 'no tag', since: at(60), seenAt: at(660) }],
      activeOperations: [PULL],
    };
    expect(heartbeatLine(PLAIN, ahead, NOW)).toContain('blocked for 10m:');
    expect(installLines(PLAIN, ahead, NOW).join('\n')).toMatch(
      /waiting for the cause to be fixed for 10m;[\s\S]*for 10m 20s/,
    );
  });
});

describe('text', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 });

  test('wrapping loses no word and keeps to the width', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 60 }), (all, width) => {
        const lines = wrap(all.join(' '), width);
        expect(lines.join(' ')).toBe(all.join(' '));
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  test('what hangs is indented by the width of what it hangs on', () => {
    expect(hang({ ...PLAIN, width: 24 }, '→ ', 'one two three four five six')).toEqual([
      '→ one two three four',
      '  five six',
    ]);
    expect(hang(PLAIN, '→ ', ' ')).toEqual(['→']);
  });

  test('nothing that was cut is longer than it may be, and a short text stays', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 4, max: 30 }), (text, width) => {
        const plain = clean(text);
        expect(columnsOf(cut(PLAIN, plain, width))).toBeLessThanOrEqual(width);
        if (columnsOf(plain) <= width) expect(cut(PLAIN, plain, width)).toBe(plain);
      }),
    );
  });

  test('what came from outside is one line without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(clean(text)).not.toMatch(/[\p{Cc}\n]/u);
      }),
    );
  });

  test.each([
    [0, '0s'],
    [400, '0s'],
    [61_000, '1m 1s'],
    [5_400_000, '1h 30m'],
    [-5, '0s'],
  ])('%i ms are %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_800_000_000, '1.8 GB'],
    [123_456_789, '123 MB'],
  ])('%i bytes are %s', (amount, text) => expect(bytes(amount)).toBe(text));

  test('a clipped list says how much it leaves out', () => {
    expect(clip(PLAIN, ['a', 'b', 'c'], 2)).toEqual(['a', '… 2 more lines']);
    expect(clip(PLAIN, ['a', 'b'], 2)).toEqual(['a', 'b']);
  });

  test('a table aligns its columns and cuts only the last one', () => {
    const rows = [
      [{ text: 'a' }, { text: 'x'.repeat(50) }],
      [{ text: 'bbbb' }, { text: 'y' }],
    ];
    expect(table({ ...PLAIN, width: 30 }, ['ONE', 'TWO'], rows)).toEqual([
      'ONE   TWO',
      `a     ${'x'.repeat(23)}…`,
      'bbbb  y',
    ]);
  });
});

describe('the digest of a spec', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, inner]) => [key, shuffled(inner)]),
    );
  };

  test('is the same however the keys are sorted', () => {
    const spec = testSpec({ dnsServers: ['9.9.9.9'] });
    expect(specDigest(testSpec(shuffled(spec) as typeof spec))).toBe(specDigest(spec));
  });

  test.each([
    ['nodeIp', { nodeIp: '192.0.2.11' }],
    ['mode', { mode: 'recover' as const }],
    ['order of DNS servers', { dnsServers: ['1.1.1.1', '9.9.9.9'] }],
    ['tag', { imageTags: { algaCore: 'x' } }],
    ['network', { network: { mode: 'static' as const, address: '192.0.2.10/24', gateway: '192.0.2.1' } }],
  ])('is another for another %s, and the difference is named', (_, changes) => {
    const spec = testSpec({ dnsServers: ['9.9.9.9', '1.1.1.1'] });
    const other = testSpec({ dnsServers: ['9.9.9.9', '1.1.1.1'], ...changes });
    expect(specDigest(other)).not.toBe(specDigest(spec));
    expect(differences(spec, other).length).toBeGreaterThan(0);
  });

  test('does not ask how it was ordered', () => {
    const checkout = { revision: 'a', uncommittedFiles: 1, unpushedCommits: 1 };
    expect(specDigest(testSpec({ checkout, wipeConfirmed: false }))).toBe(
      specDigest(testSpec({ wipeConfirmed: true })),
    );
  });
});
