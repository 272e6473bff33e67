import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { OPERATOR } from '../model/records.ts';
import { documentText } from '../model/documents.ts';
import { readState, writeStored } from './documents.ts';
import { privateFolder, userHome } from './index.ts';
import type { PrivateFolder } from './index.ts';

const FILE = 'operator.json';
/** https://www.freedesktop.org/software/systemd/man/latest/machine-id.html, and the file of D-Bus without systemd. */
const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** This user on this machine. */
export interface Operator {
  readonly operatorId: string;
  /** `user@host`, for people. */
  readonly name: string;
}

/**
 * The operator's state folder: what belongs to this user on this machine and is never copied with the sites (XDG_STATE_HOME,
 * https://specifications.freedesktop.org/basedir-spec/latest/).
 */
export function operatorFolder(environment: NodeJS.ProcessEnv): PrivateFolder {
  const state = environment['XDG_STATE_HOME'] || join(userHome(environment), '.local', 'state');
  return privateFolder(join(state, 'alga-psa-appliance'));
}

/** The present user of this machine; the record is created at the first call, and again if it came from another machine. */
export async function currentOperator(environment: NodeJS.ProcessEnv): Promise<Operator> {
  const folder = operatorFolder(environment);
  const machine = await machineDigest();
  const name = `${userInfo().username}@${hostname()}`;
  const known = await readState(folder, FILE, OPERATOR);
  if (known?.machine === machine) return { operatorId: known.operatorId, name };
  const record = { operatorId: randomUUID(), machine, createdAt: new Date().toISOString() };
  // Of two concurrent first calls both use the record that is written first; a copy from another machine is replaced.
  if (known === null && !(await folder.createOnce(FILE, documentText(OPERATOR, record)))) {
    const other = await readState(folder, FILE, OPERATOR);
    if (other?.machine === machine) return { operatorId: other.operatorId, name };
  }
  if (known !== null) await writeStored(folder, FILE, OPERATOR, record);
  return { operatorId: record.operatorId, name };
}

/** The operator's id, if one is on record; writes nothing. */
export async function knownOperatorId(environment: NodeJS.ProcessEnv): Promise<string | null> {
  return (await readState(operatorFolder(environment), FILE, OPERATOR))?.operatorId ?? null;
}

async function machineDigest(): Promise<string> {
  for (const file of MACHINE_ID_FILES) {
    const id = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (id !== '') return digestOf(id);
  }
  return digestOf(hostname());
}

function digestOf(id: string): string {
  return createHash('sha256').update(`alga-psa-appliance operator ${id}`).digest('hex');
}
