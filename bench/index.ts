import { execa } from 'execa';
import { measureClient } from './client.ts';
import { measureDiagnosis } from './diagnosis.ts';
import type { Figure } from './figure.ts';
import { measureFleet } from './fleet.ts';
import { measureHistory } from './history.ts';
import { measureOverhead } from './overhead.ts';
import { measureRecovery } from './recovery.ts';
import { measureSignal } from './signal.ts';
import { beginBenchInstall } from './simulated-install.ts';
import { measureStatusService } from './status-service.ts';

/** Every part by its name, in the order in which all of them run. */
const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  client: () => whileWaiting(measureClient),
  recovery: () => whileWaiting(measureRecovery),
  fleet: measureFleet,
  history: measureHistory,
  signal: measureSignal,
  diagnosis: measureDiagnosis,
  'status-service': measureStatusService,
  lab: measureOverhead,
};

/**
 * `npm run bench [-- part…]`: the promised figures (docs/decisions.md, D34), measured, with their limits. Ends with 1
 * when one is missed. Without names everything is measured; the lab takes as long as a whole install.
 */
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
await execa(process.execPath, ['scripts/build.ts'], { stdio: ['ignore', 'ignore', 'inherit'] });
let missed = false;
for (const [name, measure] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of await measure()) {
    missed ||= figure.passed === false;
    const verdict = figure.passed === null ? '    ' : figure.passed ? 'ok  ' : 'MISS';
    console.log(`${verdict} ${figure.name.padEnd(64)} ${figure.value.padEnd(44)} ${figure.limit}`);
  }
}
process.exit(missed ? 1 : 0);

/** Measures against a simulated install that waits for a long pull. */
async function whileWaiting(
  measure: (install: Awaited<ReturnType<typeof beginBenchInstall>>) => Promise<Figure[]>,
): Promise<Figure[]> {
  const install = await beginBenchInstall('slow-core-pull', 1);
  try {
    return await measure(install);
  } finally {
    await install.close();
  }
}
