import { memoryBelow } from '../memory.ts';
import { talosControl } from '../parts/talos-control.ts';
import { readRecord } from '../place.ts';
import type { LabRecord } from '../place.ts';
import { others } from './down.ts';
import { logOf, supervisorOf } from './supervisor-process.ts';

/** Prints what is running of a lab, and where; resolves with 1 if the lab is not up. */
export async function status(name: string): Promise<number> {
  const supervisor = await supervisorOf(name);
  const record = await readRecord(name);
  if (record === null) {
    const what = supervisor === null ? 'is not up' : `is starting; see ${logOf(name)}`;
    console.log(`the lab ${name} ${what}${await others(name)}`);
    return 1;
  }
  const gone = ' (its processes have ended: `down` removes the rest)';
  console.log(`lab       ${name}, since ${record.startedAt}${supervisor === null ? gone : ''}`);
  console.log(`machine   ${record.nodeAddress}, ${supervisor === null ? 'off' : await machineOf(record)}`);
  console.log(`resolvers ${record.hostAddress} (the network's), ${record.otherResolver}`);
  console.log(`registry  ${record.registry}\ngit       ${record.git} ${record.branch}`);
  if (supervisor !== null) console.log(`memory    ${((await memoryBelow(supervisor)) / 1e9).toFixed(2)} GB`);
  console.log(`faults    ${record.faults.join(', ') || 'none'}`);
  return 0;
}

async function machineOf({ control }: LabRecord): Promise<string> {
  try {
    const { stage, mode } = await talosControl(control).state();
    return `${stage}, ${mode}`;
  } catch (error) {
    return `it does not answer (${error instanceof Error ? error.message : String(error)})`;
  }
}
