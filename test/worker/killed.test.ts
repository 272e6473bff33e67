import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundle, playStruck, playUndisturbed } from '../../scripts/proof/play.ts';
import { needs } from '../support/needs.ts';

needs('temporal-local');

/** Of the cells that `npm run proof` plays, those with the most to lose. */
test('killed at what is done once, an install ends with each effect there once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'appliance-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const workflows = await bundle(folder);
  const whole = await playUndisturbed(workflows);
  const ended = await playStruck(
    workflows,
    [
      { step: 'configureNode', moment: 'during', victim: 'worker' },
      { step: 'bootstrapEtcd', moment: 'after', victim: 'both' },
      { step: 'createSecrets', moment: 'during', victim: 'server' },
      { step: 'prepullImages', moment: 'during', victim: 'takeover' },
    ],
    whole,
  );
  expect(ended.map(({ cell, wrong }) => [cell.step, wrong])).toEqual([
    ['configureNode', null],
    ['bootstrapEtcd', null],
    ['createSecrets', null],
    ['prepullImages', null],
  ]);
}, 180_000);
