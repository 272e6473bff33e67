import { expect, test } from 'vitest';
import { whyUseless } from '../../worker/duties.ts';
import type { Duties, Needs } from '../../worker/duties.ts';

const SERVER = { address: '127.0.0.1:7233', local: true, namespace: 'appliance', taskQueue: 'appliance-1' };
const SAME = {
  build: { version: '0.2.0', digest: 'a' },
  keyId: 'key',
  operator: 'operator',
  simulate: { scenario: 'all-well', speed: null },
};
const DOES: Duties = { ...SERVER, ...SAME };
const NEEDS: Needs = { ...SAME, target: SERVER };
const HERS = { anyBuild: false };

// W2, W3 and W4 of the stories: each passed for a worker of use.
test.each<[string, Partial<Duties>, string | null]>([
  ['the same', {}, null],
  [
    'another server',
    { address: 'temporal.example.com:7233', local: false },
    'polls temporal.example.com:7233 instead of 127.0.0.1:7233',
  ],
  ['a local server that was', { address: '127.0.0.1:1' }, 'polls 127.0.0.1:1, where no server is running any more'],
  ['another namespace', { namespace: 'default' }, 'uses the namespace default instead of appliance'],
  ['another queue', { taskQueue: 'appliance-2' }, 'polls the task queue appliance-2 instead of appliance-1'],
  [
    'another scenario',
    { simulate: { scenario: 'dns-refused', speed: null } },
    'simulates dns-refused instead of all-well',
  ],
  ['another key', { keyId: 'other' }, 'encrypts with another key'],
  ['a key where none was yet', { keyId: null }, null],
  ['another user', { operator: 'other' }, 'works for another user'],
  ['other code', { build: { version: '0.2.0', digest: 'b' } }, 'is another build of appliance-client (0.2.0)'],
  ['older code', { build: { version: '0.1.5', digest: 'b' } }, 'is another build of appliance-client (0.1.5)'],
  ['newer code', { build: { version: '0.3.0', digest: 'b' } }, null],
])('a worker with %s', (_, other, expected) => {
  expect(whyUseless({ ...DOES, ...other }, NEEDS, HERS)).toBe(expected);
});

test('a worker of a client up to 0.1.0 says nothing of itself, and is replaced', () => {
  const { address, local, simulate } = DOES;
  expect(whyUseless({ address, local, simulate }, NEEDS, HERS)).toBe(
    'uses the namespace of an older client instead of appliance',
  );
});

test('who saw a worker end does not replace another build', () => {
  const other = { ...DOES, build: { version: '0.1.5', digest: 'b' } };
  expect(whyUseless(other, NEEDS, { anyBuild: true })).toBeNull();
});

test('where no server is known nothing is said of one', () => {
  expect(whyUseless({ ...DOES, address: 'other:1' }, { ...NEEDS, target: null }, HERS)).toBeNull();
});
