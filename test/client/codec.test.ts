import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { temporaryHome } from '../support/home.ts';
import { needs } from '../support/needs.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import { temporaryFolder } from './support/run-client.ts';

needs('temporal', 'temporal-local');

const ENTRY = join(import.meta.dirname, '../../client/entry.ts');
/** How the input of the install begins; a history as JSON has it in base64. */
const ORDER = Buffer.from('{"order":{"orderVersi').toString('base64');
const told = z.object({ workflowId: z.string(), environment: z.record(z.string(), z.string()), tokenFile: z.string() });

test("the operator's own temporal reads clear text with the codec, and nothing without its token", async () => {
  const home = await temporaryFolder();
  await temporaryHome(join(home, '.simulation'));
  const own = {
    ALGA_APPLIANCE_HOME: home,
    HOME: home,
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'),
  };
  const client = (...argv: string[]) => execa(process.execPath, [ENTRY, ...argv], { env: own, reject: false });
  expect((await client('start', '--fresh', '--simulate', '--speed', '5', '--detach', '--yes')).exitCode).toBe(0);

  const codec = client('codec', '-o', 'json');
  onTestFinished(() => void codec.kill('SIGKILL'));
  const first = await new Promise<string>((resolve) => {
    let text = '';
    codec.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith('}\n')) resolve(text);
    });
  });
  const { workflowId, environment, tokenFile } = told.parse(JSON.parse(first));
  const authorization = (await readFile(tokenFile, 'utf8')).trim();
  expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
  expect(first).not.toContain(authorization);
  const { path } = await resolveProgram('temporal');
  const temporal = (auth: string, ...argv: string[]) =>
    execa(path, [...argv, '--workflow-id', workflowId, '--output', 'json'], {
      env: { ...environment, TEMPORAL_CODEC_AUTH: auth, HOME: home },
      reject: false,
      timeout: 60_000,
    });

  const query = await temporal(authorization, 'workflow', 'query', '--type', 'progress');
  expect(query.stdout).toContain('"kind": "InstallProgress"');
  const show = await temporal(authorization, 'workflow', 'show');
  expect(show.stdout).toContain(ORDER);
  for (const argv of [
    ['workflow', 'query', '--type', 'progress'],
    ['workflow', 'show'],
  ]) {
    const { stdout } = await temporal('Bearer 0000', ...argv);
    expect(stdout).not.toMatch(new RegExp(`InstallProgress|${ORDER}`));
  }

  const endpoint = environment['TEMPORAL_CODEC_ENDPOINT'] ?? '';
  const ask = async (route: string, headers: Record<string, string>, body = '{"payloads":[]}') =>
    (await fetch(`${endpoint}${route}`, { method: 'POST', headers: { authorization, ...headers }, body })).status;
  expect(await ask('/decode', {})).toBe(200);
  expect(await ask('/decode', { authorization: '' })).toBe(401);
  expect(await ask('/decode', { origin: 'https://evil.example' })).toBe(403);
  expect(await ask('/encode', {}, '{"payloads":[{"data":"e30="}]}')).toBe(403);
  expect(await ask('/decode', {}, '{"payloads":7}')).toBe(400);
  expect(await ask('/decode', {}, 'x'.repeat(17_000_000)).catch(() => 413)).toBe(413);

  codec.kill('SIGINT');
  expect((await codec).exitCode).toBe(130);
  await expect(stat(tokenFile)).rejects.toThrow('ENOENT');
}, 180_000);
