import path from 'node:path';
import { execa } from 'execa';
import { commandLineOf } from '../lab/lab.ts';
import { whyNot } from '../lab/machine-check.ts';
import { labNames, operatorFolder, readRecord } from '../lab/place.ts';
import { PORTS } from '../model/appliance.ts';
import { SITE_FILES } from '../site-folder/index.ts';

/**
 * `npm run demo`: a whole install, live. Where a lab can be (Linux, root), on one: real parts, a simulated machine. Elsewhere
 * against a simulated appliance. It says which, and why.
 */
const LAB = 'demo';
const ROOT = path.join(import.meta.dirname, '..');
const CLIENT = path.join(ROOT, 'bin', 'appliance-client');

// Ctrl-C is for what is shown: it ends in its own way, and this says how to go on.
process.on('SIGINT', () => undefined);
process.exitCode = await demo();

async function demo(): Promise<number> {
  const reason = await whyNot();
  if (reason !== null) {
    console.error(`A real appliance cannot be shown here: ${reason}`);
    console.error('So this is the simulation: the same client and workflow, and an appliance that is played.\n');
    return run(CLIENT, ['start', '--fresh', '--simulate', '--yes']);
  }
  console.error(
    "This is a real install, with the vendor's images replaced by labelled stand-ins: everything else is real.\n",
  );
  if ((await labNames()).includes(LAB)) await run(process.execPath, ['lab/main.ts', 'down', '--name', LAB]);
  const up = await run(process.execPath, ['lab/main.ts', 'up', '--name', LAB]);
  const record = await readRecord(LAB);
  if (up !== 0 || record === null) return up === 0 ? 1 : up;
  const { environment, flags } = commandLineOf(record);
  const site = ['--site', LAB, '--config-dir', operatorFolder(LAB)];
  const code = await run(CLIENT, ['start', '--fresh', '--yes', ...flags, ...site], environment);
  const call = (command: string): string => `bin/appliance-client ${command} ${site.join(' ')}`;
  const token = path.join(operatorFolder(LAB), LAB, SITE_FILES.statusToken);
  console.error(
    [
      '',
      `Status page   http://${record.nodeAddress}:${PORTS.statusPage}/ (token in ${token})`,
      `Application   http://${record.nodeAddress}:${PORTS.application}/`,
      `Go on         ${call('status')}`,
      `              ${call('diagnose --explain')}`,
      `              npm run lab -- shell --name ${LAB}`,
      `Remove it all npm run lab -- down --name ${LAB}`,
    ].join('\n'),
  );
  return code;
}

async function run(
  file: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const result = await execa(file, words, { cwd: ROOT, stdio: 'inherit', reject: false, env: environment });
  return result.exitCode ?? 130;
}
