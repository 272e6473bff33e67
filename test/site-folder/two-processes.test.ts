import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inputsDigestOf } from '../../site-folder/inputs.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { testSpec } from '../support/spec.ts';

/** The race is lost within a few rounds where a parent that has just been made is taken for one that takes no folder. */
const ROUNDS = 100;

test('two processes that keep the inputs of a new site at once both do, and leave nothing else behind', async ({
  onTestFinished,
}) => {
  const home = await temporaryFolder();
  const spec = testSpec();
  const digest = inputsDigestOf(spec);
  const writers = [0, 1].map(() => fork(join(import.meta.dirname, 'support/writer.ts')));
  onTestFinished(() => writers.forEach((writer) => writer.kill()));
  await Promise.all(writers.map((writer) => once(writer, 'message')));

  for (let round = 0; round < ROUNDS; round += 1) {
    // Neither the home nor a folder above it is there yet.
    const fresh = join(home, String(round), 'home');
    const answers = writers.map(async (writer) => {
      const answer = once(writer, 'message');
      writer.send(fresh);
      return (await answer)[0] as unknown;
    });
    expect(await Promise.all(answers)).toEqual([digest, digest]);
    expect(await readdir(join(fresh, spec.siteId, 'inputs'))).toEqual([`${digest}.json`]);
  }
});
