import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { around, preflight } from '../activities/preflight/surroundings.ts';
import { runClient, temporaryFolder } from '../client/support/run-client.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = await readFile(join(ROOT, 'README.md'), 'utf8');
const URL_IN_README = 'https://git.example.com/you/appliance.git';

/** The commands of a section's first block of shell, each as its words. */
function commandsOf(heading: string): string[][] {
  const [, section = ''] = README.split(`\n## ${heading}\n`);
  const [, block = ''] = section.split('```sh\n');
  const lines = block.split('```')[0]?.split('\n') ?? [];
  return lines
    .map((line) => line.replace(/ +#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
}

const planned = z.object({ inputs: z.array(z.object({ flag: z.string(), value: z.string() })) });

describe('the first real install of README', () => {
  const commands = commandsOf('The first real install');
  const callsOf = (command: string): string[][] =>
    commands
      .filter(([program, name]) => program === 'bin/appliance-client' && name === command)
      .map((words) => words.slice(1));

  test('makes a repository that preflight accepts, from a checkout of this one whose branch has any name', async () => {
    const folder = await temporaryFolder();
    const [work, bare] = [join(folder, 'work'), join(folder, 'appliance.git')];
    await mkdir(work);
    for (const part of ['flux', 'charts']) await cp(join(ROOT, part), join(work, part), { recursive: true });
    const git = (cwd: string, ...args: string[]) =>
      execa('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd });
    await git(folder, 'init', '--quiet', '--bare', '--template=', bare);
    await git(work, 'init', '--quiet', '--template=', '-b', 'trunk');
    await git(work, 'add', '--all', '--force');
    await git(work, 'commit', '--quiet', '-m', 'a checkout');

    const pushes = commands.filter(([program]) => program === 'git');
    expect(pushes.length).toBeGreaterThan(0);
    for (const [, ...args] of pushes) await git(work, ...args.map((word) => (word === URL_IN_README ? bare : word)));

    const [start = []] = callsOf('start');
    const plan = await runClient([...start, '--dry-run', '-o', 'json']);
    expect(plan.exit, plan.stderr).toBe(0);
    const inputs = new Map(planned.parse(JSON.parse(plan.stdout)).inputs.map(({ flag, value }) => [flag, value]));
    expect(inputs.get('--repo-url')).toBe(URL_IN_README);
    const [branch = '', path = ''] = [inputs.get('--repo-branch'), inputs.get('--repo-path')];
    const site = await around();
    const url = `file://${bare}`;
    expect((await preflight(site, { spec: { repo: { url, branch, path } } })).results['git-branch']).toBe('passed');

    // And without the push, as after a clone alone, it says what to do.
    await rm(bare, { recursive: true });
    await git(folder, 'init', '--quiet', '--bare', '--template=', bare);
    const { blockers } = await preflight(await around(), {
      spec: { repo: { url, branch: site.context().spec.release.app.releaseBranch, path } },
    });
    expect(blockers.map(({ code }) => code)).toEqual(['git-branch-missing']);
    expect(blockers[0]?.nextAction).toMatch(/git push <url> HEAD:refs\/heads\/release\/1\.0/);
  });

  test('names commands and flags that there are', async () => {
    for (const call of [...callsOf('preflight'), ...callsOf('start')]) {
      const flags = call.slice(1).filter((word) => word !== '--fresh');
      expect((await runClient(['plan', ...flags])).exit).toBe(0);
    }
    expect(callsOf('doctor')).toEqual([['doctor']]);
  });
});

describe('what was validated live', () => {
  const told = z.object({
    liveValidated: z.object({ asOf: z.string(), validated: z.array(z.string()), notValidated: z.array(z.string()) }),
  });

  test('README says what the file says, in the same words', async () => {
    const { asOf, validated, notValidated } = told.shape.liveValidated.parse(
      JSON.parse(await readFile(join(ROOT, 'validated.json'), 'utf8')),
    );
    const [, section = ''] = README.split('\n## What was validated live, and what was not\n');
    const paragraph = (section.split('\n## ')[0] ?? '').replaceAll(/\s+/g, ' ');
    expect(paragraph).toContain(`As of ${asOf} (`);
    expect(paragraph).toContain(`Validated: ${validated.join('; ')}. Not validated: ${notValidated.join('; ')}.`);
  });

  test('version shows it', async () => {
    const { stdout } = await runClient(['version', '-o', 'json']);
    const { liveValidated } = told.parse(JSON.parse(stdout));
    const text = (await runClient(['version'])).stdout.replaceAll(/\s+/g, ' ');
    for (const sentence of [...liveValidated.validated, ...liveValidated.notValidated])
      expect(text).toContain(sentence);
    expect(text).toContain(`Validated live, as of ${liveValidated.asOf}`);
    expect(liveValidated.notValidated).toContain('a real Talos machine');
  });
});
