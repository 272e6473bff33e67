import { describe, expect, test } from 'vitest';
import { prepullImages } from '../../../activities/phases/release/prepull-images.ts';
import { TalosError } from '../../../activities/ports/talos.ts';
import type { PhaseContext } from '../../../activities/phase-context.ts';
import { offlineBed } from '../support/test-bed.ts';

const NOT_FOUND =
  'rpc error: code = NotFound desc = failed to resolve reference "ghcr.io/nine-minds/workflow-worker:61e4a00e": ghcr.io/nine-minds/workflow-worker:61e4a00e: not found';

describe('pulling the images beforehand', () => {
  test('the core images come first, each is shown, and all are pulled', async () => {
    const pulled: string[] = [];
    const { context, seen } = await bedWith(async (image) => void pulled.push(image));
    expect(await prepullImages(context)).toMatchObject({ did: 'acted', detail: 'The node has 11 of 11 images' });
    expect(pulled.slice(0, 5)).toEqual([
      'docker.io/ankane/pgvector:v0.5.1',
      'docker.io/library/redis:7.4.1',
      'docker.io/edoburu/pgbouncer:1.22.1',
      'docker.io/library/busybox:1.36.1',
      'ghcr.io/nine-minds/alga-psa-ee:94446747',
    ]);
    expect(seen[4]).toBe('the node to pull the images: 5 of 11: ghcr.io/nine-minds/alga-psa-ee:94446747');
  });

  test('a background image that is missing is a warning, and the others are pulled all the same', async () => {
    const pulled: string[] = [];
    const { context } = await bedWith(async (image) => {
      if (image.includes('workflow-worker')) throw notFound();
      pulled.push(image);
    });
    const outcome = await prepullImages(context);
    expect(outcome).toMatchObject({
      did: 'degraded',
      warnings: [
        { code: 'image-tag-missing', component: 'workflow-worker', severity: 'warning', loginBlocking: false },
      ],
    });
    expect(pulled.at(-1)).toContain('temporal-worker');
  });

  test('a core image that is missing stops the install', async () => {
    const { context } = await bedWith(async (image) => {
      if (image.includes('alga-psa-ee')) throw notFound();
    });
    await expect(prepullImages(context)).rejects.toMatchObject({
      blockers: [
        { code: 'image-tag-missing', component: 'alga-core', tier: 'login', loginBlocking: true, severity: 'error' },
      ],
    });
  });

  test('a line that drops once is no fault', async () => {
    let dropped = false;
    const { context } = await bedWith(async (image) => {
      if (!image.includes('redis') || dropped) return;
      dropped = true;
      throw talosError('rpc error: code = Canceled desc = context canceled');
    });
    expect(await prepullImages(context)).toMatchObject({ did: 'acted' });
  });
});

async function bedWith(
  pullImage: (image: string) => Promise<void>,
): Promise<{ context: PhaseContext; seen: string[] }> {
  const bed = await offlineBed();
  await bed.folder.write('talosconfig', 'context: x\n');
  const spec = { prepullImages: true, existingCluster: { kubeconfig: null, talosconfig: null } };
  return { context: bed.context({ spec, talos: { pullImage: async (_, image) => pullImage(image) } }), seen: bed.seen };
}

function notFound(): TalosError {
  return talosError(NOT_FOUND);
}

function talosError(stderr: string): TalosError {
  return new TalosError('other', { command: 'talosctl image pull', exitCode: 1, stdout: '', stderr });
}
