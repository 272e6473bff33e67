import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../client/commands/index.ts';
import { OUTPUTS } from '../../model/outputs.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { SEEDS } from '../diagnosis/seeds.ts';
import { diagnose } from '../support/diagnosed.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import { testSpec } from '../support/spec.ts';
import { NOW, runClient, temporaryFolder } from './support/run-client.ts';
import { PARKED } from './support/scenes.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const SITE = 'appliance-single-node';
const INPUTS = '--node-ip 192.0.2.10 --repo-url https://git.example.org/alga/appliance.git';
type Output = keyof typeof OUTPUTS;

/** A call of each command that gives a document, and the schema of that; `{snapshot}` and `{archive}` are files. */
const CALLS: readonly (readonly [call: string, output: Output])[] = [
  [`start --fresh ${INPUTS} --site other --dry-run`, 'plan'],
  ['status', 'status'],
  ['progress', 'progress'],
  ['retry', 'progress'],
  ['set --dns-servers 192.0.2.53', 'progress'],
  ['pause', 'progress'],
  ['cancel --yes', 'progress'],
  [`plan --fresh ${INPUTS} --site other`, 'plan'],
  [`preflight ${INPUTS} --site other`, 'preflight'],
  ['diagnose', 'status'],
  ['diagnose --explain', 'explanation'],
  ['diagnose --from {snapshot} --explain', 'explanation'],
  ['pods', 'pods'],
  ['logs db', 'log'],
  ['token show', 'token'],
  ['releases list', 'releases'],
  ['releases show 1.0-rc5', 'release'],
  ['releases validate', 'release-validation'],
  ['sites', 'sites'],
  ['smoke verify', 'smoke'],
  ['smoke monitor --timeout 4s', 'smoke'],
  ['doctor', 'doctor'],
  ['repair', 'repair'],
  ['support-bundle --output-file {archive}', 'support-bundle'],
  ['version', 'version'],
];
/** What they give is not published: other programs have no use for it, or it is what another command gives. */
const WITHOUT: Readonly<Record<string, string>> = {
  resume: 'progress, when what it follows has ended: as start',
  admin: "an answer of the appliance's own database",
  worker: "this machine's processes",
  codec: 'keys of this machine',
  completion: 'a program for a shell',
};

test('every command stands here', () => {
  const known = new Set([...CALLS.map(([call]) => call.split(' ')[0]), ...Object.keys(WITHOUT)]);
  expect(COMMANDS.map(({ usage }) => usage.split(' ')[0]).toSorted()).toEqual([...known].toSorted());
});

test.each(CALLS)('`%s -o json` is valid by schemas/%s.schema.json', async (call, output) => {
  const home = await temporaryFolder();
  const snapshot = SEEDS['background-image-missing']?.() ?? appliance();
  const cluster = fakeKubernetes(snapshot.kubernetes?.items ?? []);
  cluster.logTexts.set('db-0/db', 'ready');
  const body = JSON.stringify(diagnose(snapshot, { now: NOW }).status);
  const { services } = scriptedInstalls({
    scenes: [{ at: 0, view: running({ ...PARKED, siteId: SITE }) }],
    running: testSpec({ siteId: SITE }),
    preflight: { checks: [], blockers: [...PARKED.blockers], warnings: [] },
    services: {
      reader: async () => cluster.reader,
      cluster: async (_, as) => (as === undefined ? cluster.cluster : cluster.as(as)),
      programs: async () => [],
      runningServer: async () => null,
      get: async () => ({ status: 200, location: null, error: null, body }),
    },
  });
  await runClient(`start --fresh ${INPUTS} --detach`.split(' '), { home, services });
  await writeFile(join(home, SITE, 'kubeconfig'), OWN_KUBECONFIG);
  await writeFile(join(home, SITE, 'status-token'), 'token-1\n');
  const file = join(home, 'snapshot.json');
  await writeFile(file, JSON.stringify(snapshot));

  const argv = call.replace('{snapshot}', file).replace('{archive}', join(home, 'b.tar.gz')).split(' ');
  const isAbout = argv.includes('--site') || /^(releases|sites|doctor|version)$/.test(argv[0] ?? '');
  const { stdout, stderr } = await runClient([...argv, ...(isAbout ? [] : ['--site', SITE]), '-o', 'json'], {
    home,
    services,
  });
  expect(stdout, stderr).not.toBe('');
  const schema = await readFile(join(import.meta.dirname, `../../schemas/${output}.schema.json`), 'utf8');
  const ajv = new Ajv2020({ allErrors: true, strict: false, formats: fullFormats });
  const isValid = ajv.compile(JSON.parse(schema));
  expect(isValid(JSON.parse(stdout)) ? [] : isValid.errors).toEqual([]);
});
