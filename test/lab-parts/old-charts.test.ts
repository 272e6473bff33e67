import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../../lab/faults.ts';
import { makeOld } from '../../lab/git/old-charts.ts';

const CHARTS = path.join(import.meta.dirname, '..', '..', 'charts');
const old = Object.values(FAULTS).flatMap(({ chart }) => chart ?? []);

test.each(old)('the chart fault %s is still one: the charts have what it takes away', async (chart) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'old-charts-'));
  try {
    await cp(CHARTS, path.join(folder, 'charts'), { recursive: true });
    await makeOld(chart, folder);
    await expect(makeOld(chart, folder)).rejects.toThrow('does not hold just once');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
