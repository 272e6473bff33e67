import { readFile } from 'node:fs/promises';
import { LEGACY_WORKFLOWS } from '../model/records.ts';
import type { LegacyWorkflows } from '../model/records.ts';
import { INSTALL_WORKFLOW, PREFLIGHT_WORKFLOW, siteInWorkflowId } from '../model/workflow-contract.ts';
import { readStored, writeStored } from '../site-folder/documents.ts';
import { listSites, privateFolder, siteFolder } from '../site-folder/index.ts';
import { readSiteRecord } from '../site-folder/record.ts';
import { PayloadKeyError, markOf } from './key-ring.ts';
import { KEY_BYTES, keyIdOf } from './payload-codec.ts';
import { queueOfOpen } from './open-workflow.ts';
import type { ServiceOf } from './open-workflow.ts';
import { serverFolder } from './server-state.ts';
import { advise, client } from '../model/advice.ts';

const FILE = 'legacy-workflows.json';
const KEY_FILE = 'payload.key';
const PAGE = 200;
const MOST_PAGES = 50;

/** A server and its service, for client and worker alike. */
export interface MetServer extends ServiceOf {
  readonly namespace: string;
  /** `local`, whichever address that has, or address and namespace of another. */
  readonly name: string;
}

/** What clients up to 0.1.0 left: their workflows, and the one key that all of them shared. */
export interface Legacy {
  /** `open`: it was running when a client that encrypts by site came, and may still be. `closed`: it had ended; it can be read. */
  stateOf(workflowId: string): 'open' | 'closed' | null;
  /** Of the key that they were encrypted with; null if it was already missing. */
  readonly keyId: string | null;
  /** Throws PayloadKeyError if the key is missing, or is another one. */
  key(): Promise<Buffer>;
}

/**
 * Records which workflows clients up to 0.1.0 have on this server, the first time that it is used: the old form of payloads is accepted
 * for these only. A site with its own keys has none of them.
 */
export async function meetServer(home: string, environment: NodeJS.ProcessEnv, server: MetServer): Promise<void> {
  const known = await readStored(serverFolder(home), FILE, LEGACY_WORKFLOWS);
  if (known?.servers.includes(server.name)) return;
  // A missing folder has no installs, and a removed one is not created again.
  if (!(await privateFolder(home).exists('.'))) return;
  const sites = await sitesWithoutKeys(home);
  const found = sites.size === 0 ? [] : await workflowsOf(server, sites);
  const ids = new Set(found);
  const workflows = [
    ...(known?.workflows.filter(({ workflowId }) => !ids.has(workflowId)) ?? []),
    ...(await Promise.all(found.map(async (workflowId) => ({ workflowId, isOpen: await isOpen(server, workflowId) })))),
  ];
  const key = known ? null : await oldKey(home, environment);
  const met: LegacyWorkflows = {
    ...known,
    servers: [...(known?.servers ?? []), server.name],
    workflows,
    keyId: known ? known.keyId : key && keyIdOf(key),
  };
  await writeStored(serverFolder(home), FILE, LEGACY_WORKFLOWS, met);
}

/**
 * Asks the server which of them have ended since: a new one with that name is not ours. A worker does this before it polls.
 */
export async function closeEnded(home: string, server: MetServer): Promise<void> {
  const known = await readStored(serverFolder(home), FILE, LEGACY_WORKFLOWS);
  if (!known?.workflows.some((one) => one.isOpen)) return;
  const workflows = await Promise.all(
    known.workflows.map(async (one) => ({ ...one, isOpen: one.isOpen && (await isOpen(server, one.workflowId)) })),
  );
  await writeStored(serverFolder(home), FILE, LEGACY_WORKFLOWS, { ...known, workflows });
}

/** Reads the record of them, again whenever it has changed. */
export function legacyOf(home: string, environment: NodeJS.ProcessEnv): () => Promise<Legacy> {
  const folder = serverFolder(home);
  let known: { readonly mark: string | null; readonly legacy: Legacy } | null = null;
  return async () => {
    const mark = await markOf(folder.path(FILE));
    if (known?.mark === mark) return known.legacy;
    const document = mark === null ? null : await readStored(folder, FILE, LEGACY_WORKFLOWS);
    known = { mark, legacy: legacyIn(document, home, environment) };
    return known.legacy;
  };
}

/** Why a legacy workflow cannot be read; null if it can, or if it is not one. */
export async function legacyKeyFault(
  home: string,
  environment: NodeJS.ProcessEnv,
  workflowId: string,
): Promise<PayloadKeyError | null> {
  const legacy = await legacyOf(home, environment)();
  if (legacy.stateOf(workflowId) === null) return null;
  try {
    await legacy.key();
    return null;
  } catch (error) {
    if (error instanceof PayloadKeyError) return error;
    throw error;
  }
}

function legacyIn(document: LegacyWorkflows | null, home: string, environment: NodeJS.ProcessEnv): Legacy {
  const states = new Map(document?.workflows.map(({ workflowId, isOpen: open }) => [workflowId, open]));
  let key: Promise<Buffer> | null = null;
  const load = async (): Promise<Buffer> => {
    const found = await oldKey(home, environment);
    if (found && (document?.keyId ?? null) === keyIdOf(found)) return found;
    const path = oldKeyPath(home, environment);
    const what = found ? `contains another key (${keyIdOf(found)})` : 'does not exist';
    throw new PayloadKeyError(
      advise`The installs that a client up to 0.1.0 started cannot be read: ${path} ${what}, and they need the key ${document?.keyId ?? 'from it'}. Restore the file from the machine that started them or a copy of its folder. If there is none, ${client('cancel')} cancels an install without reading it, and ${client('start')} starts a new one.`,
    );
  };
  return {
    stateOf: (workflowId) => {
      const open = states.get(workflowId);
      if (open === undefined) return null;
      return open ? 'open' : 'closed';
    },
    keyId: document?.keyId ?? null,
    key: () => {
      key ??= load().catch((error: unknown) => {
        // It may be restored at any time.
        key = null;
        throw error;
      });
      return key;
    },
  };
}

/** `payload.key` of the home, or the file of APPLIANCE_PAYLOAD_KEY_FILE, if several machines shared one. */
function oldKeyPath(home: string, environment: NodeJS.ProcessEnv): string {
  return environment['APPLIANCE_PAYLOAD_KEY_FILE'] || privateFolder(home).path(KEY_FILE);
}

/**
 * Id of the key that decrypts the installs of clients up to 0.1.0 here, which reveals nothing of it; null if there is none. A running
 * process reads a site's own keys again when they change, but this one is fixed by the environment of the process.
 */
export async function legacyKeyId(home: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  const key = await oldKey(home, environment);
  return key && keyIdOf(key);
}

/** Null if there is no such file, or no key in it. */
async function oldKey(home: string, environment: NodeJS.ProcessEnv): Promise<Buffer | null> {
  try {
    const key = Buffer.from((await readFile(oldKeyPath(home, environment), 'utf8')).trim(), 'hex');
    return key.length === KEY_BYTES ? key : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function sitesWithoutKeys(home: string): Promise<Set<string>> {
  const sites = await listSites(home);
  const records = await Promise.all(sites.map((siteId) => readSiteRecord(siteFolder(home, siteId))));
  return new Set(sites.filter((_, index) => (records[index]?.payloadKeys ?? []).length === 0));
}

async function workflowsOf({ workflowService, namespace }: MetServer, sites: ReadonlySet<string>): Promise<string[]> {
  const ids = new Set<string>();
  let nextPageToken: Uint8Array | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: Awaited<ReturnType<typeof workflowService.listWorkflowExecutions>> =
      await workflowService.listWorkflowExecutions({
        namespace,
        pageSize: PAGE,
        query: `WorkflowType = '${INSTALL_WORKFLOW}' OR WorkflowType = '${PREFLIGHT_WORKFLOW}'`,
        ...(nextPageToken && { nextPageToken }),
      });
    for (const { execution } of answer.executions) {
      const workflowId = execution?.workflowId ?? '';
      if (sites.has(siteInWorkflowId(workflowId)?.siteId ?? '')) ids.add(workflowId);
    }
    nextPageToken = answer.nextPageToken.length > 0 ? answer.nextPageToken : null;
    if (!nextPageToken) break;
  }
  return [...ids];
}

async function isOpen(server: MetServer, workflowId: string): Promise<boolean> {
  return (await queueOfOpen(server, server.namespace, workflowId)) !== null;
}
