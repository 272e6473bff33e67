import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { operatorFolder } from '../../lab/place.ts';
import { removeLab } from '../../lab/remove.ts';
import { needs } from '../support/needs.ts';

needs('ip', 'root');

test('what an operator of a demonstration left running goes with the lab, and nothing of another one', async () => {
  const server = (name: string) =>
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)', `${operatorFolder(name)}/temporal.db`]);
  const [ours, other] = [server('test-remove'), server('test-remove-2')];
  const ended = once(ours, 'exit');
  await Promise.all([once(ours, 'spawn'), once(other, 'spawn')]);
  await removeLab('test-remove');
  await ended;
  expect(other.exitCode ?? other.signalCode).toBeNull();
  other.kill();
});
