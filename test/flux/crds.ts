import { join, resolve } from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { needs } from '../support/needs.ts';

needs('flux-sources');

const CONTROLLERS = ['source-controller', 'kustomize-controller', 'helm-controller'] as const;

const crd = z.looseObject({
  kind: z.literal('CustomResourceDefinition'),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ kind: z.string() }),
    versions: z.array(
      z.looseObject({ name: z.string(), schema: z.looseObject({ openAPIV3Schema: z.record(z.string(), z.json()) }) }),
    ),
  }),
});
export type Crd = z.infer<typeof crd>;

/** Flux' CRDs, from the very modules of which the controllers are built (tools/go); the Go module cache is filled when it must be. */
export async function fluxCrds(): Promise<Crd[]> {
  const folders = await Promise.all(CONTROLLERS.map(moduleFolder));
  return folders.flatMap((folder) => {
    const bases = join(folder, 'config/crd/bases');
    return readdirSync(bases).flatMap((name) =>
      parseAllDocuments(readFileSync(join(bases, name), 'utf8')).map((document) => crd.parse(document.toJS())),
    );
  });
}

async function moduleFolder(controller: string): Promise<string> {
  const cwd = resolve(import.meta.dirname, '../../tools/go', controller);
  const module = `github.com/fluxcd/${controller}`;
  const { stdout } = await execa('go', ['mod', 'download', '-json', module], {
    cwd,
    timeout: 180_000,
    env: { GOWORK: 'off' },
  });
  return z.object({ Dir: z.string() }).parse(JSON.parse(stdout)).Dir;
}
