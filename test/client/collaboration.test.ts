import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { applianceValues } from '../../model/appliance-values.ts';
import { changedSpec } from '../../model/input-change.ts';
import { siteRecord } from '../../model/site.ts';
import { testSpec } from '../support/spec.ts';
import { completed } from './support/progress.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const GOOD = ['--recover', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];
const IMAGE = 'registry.example.org/alga/hocuspocus:abc1234';
const DIGEST = `sha256:${'a'.repeat(64)}`;

const plan = (...argv: string[]) => runClient(['plan', ...GOOD, '-o', 'json', ...argv]);
const planned = z.object({
  inputs: z.array(z.object({ flag: z.string(), value: z.string() })),
  images: z.array(z.string()),
});

describe('collaborative editing', () => {
  test('is off where nobody asks for it: the plan and the charts’ values say nothing of it', async () => {
    const { stdout, exit } = await plan();
    expect(exit).toBe(0);
    expect(stdout).not.toMatch(/collabora|hocuspocus/i);
    const values = applianceValues({ spec: testSpec(), bootstrapMode: 'fresh', installId: 'one' });
    expect(JSON.stringify(values)).not.toContain('hocuspocus');
  });

  test('is in the plan with its image, where it is asked for', async () => {
    const { stdout, exit } = await plan('--collaboration', '--collaboration-image', `${IMAGE}@${DIGEST}`);
    expect(exit).toBe(0);
    const { inputs, images } = planned.parse(JSON.parse(stdout));
    expect(inputs).toContainEqual({ flag: '--collaboration', value: 'true' });
    expect(images).toContain(`${IMAGE}@${DIGEST}`);
    expect(stdout).toContain('collaborative editing is one of them, on port 1234 of the node');
  });

  test('with a release that names no image of it is refused in words', async () => {
    const { stderr, exit } = await plan('--collaboration');
    expect(exit).toBe(2);
    expect(stderr).toContain('release 1.0 has no image for collaborative editing');
    expect(stderr).toContain('--collaboration-image');
  });

  test.each([
    ['hocuspocus', 'expected an image with registry and tag'],
    ['registry.example.org/alga/hocuspocus', 'expected an image with registry and tag'],
    ['registry.example.org/alga/hocuspocus:latest', 'is not "latest"'],
    [`${IMAGE}@sha256:abc`, 'may end in @sha256:'],
    [`https://${IMAGE}`, 'expected an image with registry and tag'],
  ])('does not take %s for an image', async (image, says) => {
    const { stderr, exit } = await plan('--collaboration', '--collaboration-image', image);
    expect(exit).toBe(2);
    expect(stderr).toContain(`--collaboration-image  "${image}"`);
    expect(stderr).toContain(says);
  });

  test('takes the image that its release names, and the one that was ordered before that', () => {
    const repository = 'harbor.nineminds.com/nineminds/sebastian_hocuspocus';
    const { release } = testSpec();
    const images = { ...release.app.images, hocuspocus: { repository, tag: '1.0', digest: null } };
    const spec = testSpec({ release: { ...release, app: { ...release.app, images } }, collaboration: true });
    const core = (given: typeof spec) =>
      applianceValues({ spec: given, bootstrapMode: 'fresh', installId: 'one' })['alga-core'];
    expect(core(spec)).toMatchObject({
      hocuspocus: { enabled: true },
      images: { hocuspocus: { repository, tag: '1.0', digest: '' } },
    });
    expect(core({ ...spec, collaborationImage: `${IMAGE}@${DIGEST}` })).toMatchObject({
      images: { hocuspocus: { repository: 'registry.example.org/alga/hocuspocus', tag: 'abc1234', digest: DIGEST } },
    });
  });

  test('stays with the site, until it is turned off: then the spec is as it was before', async () => {
    const home = await temporaryFolder();
    const order = async (...argv: string[]) => {
      const scenes = [{ at: 0, view: running(completed(), { run: 'COMPLETED' as const }) }];
      const { services } = scriptedInstalls({ scenes });
      const { exit, stderr } = await runClient(['start', ...GOOD, '--detach', ...argv], { home, services });
      expect(exit, stderr).toBe(0);
      const record = await readFile(join(home, 'appliance-single-node', 'site.json'), 'utf8');
      return siteRecord.parse(JSON.parse(record)).spec;
    };
    const before = await order();
    expect(before).not.toHaveProperty('collaboration');
    await order('--collaboration', '--collaboration-image', IMAGE);
    expect(await order()).toMatchObject({ collaboration: true, collaborationImage: IMAGE });
    expect(await order('--no-collaboration')).toEqual({ ...before, collaborationImage: IMAGE });
  });

  test('can be turned on and off in an install that runs', () => {
    const on = changedSpec(testSpec(), { collaboration: true, collaborationImage: IMAGE });
    expect(on).toMatchObject({ collaboration: true });
    expect(changedSpec(on, { collaboration: false })).toEqual({ ...testSpec(), collaborationImage: IMAGE });
    expect(changedSpec(on, { dnsServers: ['9.9.9.9'] })).toMatchObject({ collaboration: true });
  });
});
