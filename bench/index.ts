import { execa } from 'execa';
import { measureClient } from './client.ts';
import { measureDiagnosis } from './diagnosis.ts';
import type { Figure } from './figure.ts';
import { measureHistory } from './history.ts';
import { measureRecovery } from './recovery.ts';
import { beginBenchInstall } from './simulated-install.ts';

/** `npm run bench`: the figures that the design promises, measured in one run on this machine. Ends with 1 when one is missed. */
const figures: Figure[] = [];
const show = (measured: readonly Figure[]): void => {
  for (const figure of measured) {
    figures.push(figure);
    const verdict = figure.passed === null ? '    ' : figure.passed ? 'ok  ' : 'MISS';
    console.log(`${verdict} ${figure.name.padEnd(64)} ${figure.value.padEnd(44)} ${figure.limit}`);
  }
};

await execa(process.execPath, ['scripts/build.ts'], { stdio: ['ignore', 'ignore', 'inherit'] });
const waiting = await beginBenchInstall('slow-core-pull', 1);
try {
  show(await measureClient(waiting));
  show(await measureRecovery(waiting));
} finally {
  await waiting.close();
}
show(await measureHistory());
show(await measureDiagnosis());
process.exit(figures.some((figure) => figure.passed === false) ? 1 : 0);
