// Runs a lab until it is asked to end: `npm run lab -- up` starts this in the background.
//
//   node supervisor.ts NAME [FAULT…]
//
// Lines of progress go to standard output. Faults are changed through a socket (supervision.ts). SIGTERM and SIGINT take the lab down and remove it.
import { startLab } from './lab.ts';
import { listen } from './supervision.ts';

const [name = 'lab', ...faults] = process.argv.slice(2);
const starting = new AbortController();
const asked = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
});
void asked.then(() => starting.abort());
try {
  const lab = await startLab({ name, faults, tell: (line) => console.log(line), signal: starting.signal });
  await listen(lab);
  console.log('up');
  await asked;
  await lab.down();
} catch (error) {
  if (!starting.signal.aborted) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
process.exit(0);
