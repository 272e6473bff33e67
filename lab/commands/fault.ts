import { readRecord } from '../place.ts';
import { playFaults } from '../supervision.ts';
import { supervisorOf } from './supervisor-process.ts';

/** Has a lab play these faults from now on, and no others. */
export async function changeFaults(name: string, faults: readonly string[]): Promise<number> {
  if ((await supervisorOf(name)) === null || (await readRecord(name)) === null) {
    console.error(`the lab ${name} is not up: \`npm run lab -- up\` first`);
    return 1;
  }
  await playFaults(name, faults);
  console.error(`the lab ${name} plays ${faults.join(', ') || 'no fault'} now`);
  return 0;
}
