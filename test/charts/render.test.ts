import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { staleFiles } from '../../scripts/charts.ts';
import { chartFolder, helm, run } from './programs.ts';
import { createConformance, type Conformance } from './kubeconform.ts';
import { RELEASES, valuesArguments } from './values.ts';
import { needs } from '../support/needs.ts';

needs('helm');

let conformance: Conformance;
const packages = mkdtempSync(join(tmpdir(), 'packages-'));
beforeAll(async () => {
  conformance = await createConformance();
});
afterAll(() => {
  conformance.remove();
  rmSync(packages, { recursive: true, force: true });
});

const charts = Object.entries(RELEASES);

/** Generated passwords differ in every render; everything else is the chart's promise. */
const masked = (manifests: string) => manifests.replaceAll(/^( {2}[A-Z_]+): [A-Za-z0-9+/=]{40,}$/gm, '$1: <generated>');

/** The bootstrap program stands in its own files; the golden one keeps only which are carried, and no hash of them. */
const withoutPrograms = (manifests: string) =>
  manifests
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replaceAll(/(-bootstrap-)[0-9a-f]{10}$/gm, '$1<hash>')
    .replaceAll(/^( {2}[a-z]+\.mjs): \|\n(?: {4}.*\n| *\n)+/gm, '$1: <program>\n');

describe.each(charts)('%s', (chart, namespace) => {
  test.each(['defaults', 'appliance'] as const)('lints strictly with %s', async (which) => {
    const { args, input } = valuesArguments(chart, which);
    const outcome = await run('helm', ['lint', '--strict', chartFolder(chart), ...args], { input });
    expect(outcome.stdout).toContain('0 chart(s) failed');
    expect(outcome.ok).toBe(true);
  });

  test.each(['defaults', 'appliance'] as const)(
    'renders with %s as written down, and conforms to Kubernetes 1.31',
    async (which) => {
      const { args, input } = valuesArguments(chart, which);
      const manifests = await helm(['template', chart, chartFolder(chart), '-n', namespace, ...args], { input });
      const conforms = await conformance.check(manifests);
      expect(conforms.stdout).toContain('Invalid: 0, Errors: 0, Skipped: 0');
      await expect(withoutPrograms(masked(manifests))).toMatchFileSnapshot(`golden/${chart}.${which}.yaml`);
    },
  );

  test('renders the same at another commit, which Flux makes another chart version: nothing restarts', async () => {
    const { args, input } = valuesArguments(chart, 'appliance');
    const render = async (folder: string) =>
      masked(await helm(['template', chart, folder, '-n', namespace, ...args], { input }));
    await helm(['package', chartFolder(chart), '--version', '1.0.0+1a2b3c4d5e6f', '--destination', packages]);
    expect(await render(join(packages, `${chart}-1.0.0+1a2b3c4d5e6f.tgz`))).toBe(await render(chartFolder(chart)));
  });
});

test('copies, schemas and READMEs of the charts are current', () => {
  expect(staleFiles()).toEqual([]);
});

test('kubeconform sees a typo', async () => {
  const outcome = await conformance.check('{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {prots: []}}');
  expect(outcome.ok).toBe(false);
  expect(outcome.stdout).toContain('prots');
});
