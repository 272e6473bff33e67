import { expect, test } from 'vitest';
import { freePort } from '../../lab/parts/ports.ts';

test('nobody is given a port that somebody else was given just now', async () => {
  const ports = await Promise.all(Array.from({ length: 300 }, () => freePort('127.0.0.1')));
  expect(new Set(ports).size).toBe(ports.length);
});
