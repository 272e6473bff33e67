import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, link, lstat, mkdir, open, readFile, readdir, rm, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/** Names of the files in a site's folder (docs/contract.md, "Installer facts"); every one is 0600, every folder 0700. */
export const SITE_FILES = {
  record: 'site.json',
  nodeIp: 'node-ip',
  appUrl: 'app-url',
  handover: 'handover.json',
  values: 'values',
  report: 'install-report.json',
  /** A line for each act on the appliance that no install remembers: when, who, what. */
  actions: 'actions.log',
  // What follows holds keys: none of it ever leaves this machine in a log, a workflow or a bundle.
  talosconfig: 'talosconfig',
  kubeconfig: 'kubeconfig',
  secrets: 'secrets.yaml',
  machineConfig: 'controlplane.yaml',
  /** The machine configuration as it was handed over, where that is not `machineConfig` itself. */
  appliedConfig: 'controlplane.applied.yaml',
  statusToken: 'status-token',
  authKey: 'auth-key',
  /** The first tenant and its administrator with the password; gone once the tenant stands. */
  initialTenant: 'initial-tenant.json',
  /** The licence of the appliance; gone once the database has it. */
  licenceToken: 'license-token',
} as const;

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Takes the environment, gives the folder that holds all sites: ALGA_APPLIANCE_HOME, or ~/.alga-psa-appliance. */
export function applianceHome(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['ALGA_APPLIANCE_HOME'] || join(homedir(), '.alga-psa-appliance');
}

/** One folder of the operator's machine, written as its secrets demand. Names are relative to it. */
export interface PrivateFolder {
  readonly root: string;
  path(name: string): string;
  exists(name: string): Promise<boolean>;
  /** Makes the folder, 0700, and those above it that are missing. Throws the file system's error. */
  make(): Promise<void>;
  /** Gives the text, or null where there is no such file. */
  read(name: string): Promise<string | null>;
  /** Writes to a temporary file of mode 0600 and renames it; the folder is made 0700. Throws the file system's error. */
  write(name: string, text: string): Promise<void>;
  /** Writes only where nothing is; gives false, and changes nothing, where a file is already. Two callers cannot both win. */
  createOnce(name: string, text: string): Promise<boolean>;
  /** Sets 0600 on a file that another program made. Does nothing where there is none. */
  protect(name: string): Promise<void>;
  list(): Promise<string[]>;
  remove(name: string): Promise<void>;
}

/** Takes the folder of all sites and a site's name, gives that site's folder. Nothing is made until something is written. */
export function siteFolder(home: string, siteId: string): PrivateFolder {
  return privateFolder(join(home, siteId));
}

/** Takes the folder of all sites, gives the names of those that have a record. */
export async function listSites(home: string): Promise<string[]> {
  const entries = await readdir(home, { withFileTypes: true }).catch(ignoreMissing([]));
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const known = await Promise.all(names.map((name) => siteFolder(home, name).exists(SITE_FILES.record)));
  return names.filter((_, index) => known[index]).toSorted();
}

/** Takes a path, gives the folder there as a PrivateFolder. */
export function privateFolder(root: string): PrivateFolder {
  const path = (name: string): string => join(root, name);
  const prepare = async (file: string): Promise<void> => {
    await makeFolder(dirname(file));
    await chmod(root, PRIVATE_FOLDER);
  };
  return {
    root,
    path,
    make: () => makeFolder(root),
    exists: async (name) => (await stat(path(name)).catch(ignoreMissing(null))) !== null,
    read: async (name) => readFile(path(name), 'utf8').catch(ignoreMissing(null)),
    write: async (name, text) => {
      await prepare(path(name));
      await writeFileAtomic(path(name), text, { encoding: 'utf8', mode: PRIVATE_FILE });
    },
    createOnce: async (name, text) => {
      await prepare(path(name));
      const temporary = path(`${name}.${randomUUID()}.new`);
      const file = await open(temporary, constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC, PRIVATE_FILE);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      try {
        await link(temporary, path(name));
        return true;
      } catch (error) {
        if (hasCode(error, 'EEXIST')) return false;
        throw error;
      } finally {
        await unlink(temporary);
      }
    },
    protect: async (name) => {
      await chmod(path(name), PRIVATE_FILE).catch(ignoreMissing(undefined));
    },
    list: async () => readdir(root).catch(ignoreMissing([])),
    remove: async (name) => rm(path(name), { force: true }),
  };
}

/** Takes a path, gives null when files can be made there, else the reason in words. Makes nothing. */
export async function whyUnwritable(path: string): Promise<string | null> {
  let at = path;
  for (;;) {
    const found = await lstat(at).catch(ignoreMissing(null));
    if (found) {
      if (!(await stat(at)).isDirectory()) return `${at} is not a folder`;
      return access(at, constants.W_OK | constants.X_OK).then(
        () => null,
        () => `${at} cannot be written by this user`,
      );
    }
    if (dirname(at) === at) return `${path} has no existing parent folder`;
    at = dirname(at);
  }
}

/**
 * A folder that is made while another process makes the one above it is told that this is missing, and finds it there a moment
 * later. After that many times it is the file system that knows no folder in a parent that is there, as /proc does.
 */
const MAKE_ATTEMPTS = 5;

/** Not by a recursive mkdir: Node's never ends on such a file system. Several processes may make the same folders at once. */
async function makeFolder(folder: string): Promise<void> {
  const cannot = (why: string, code: string, cause: unknown): Error =>
    Object.assign(new Error(`${folder} ${why}`, { cause }), { code, path: folder });
  let missing: unknown;
  for (let attempt = 0; attempt < MAKE_ATTEMPTS; attempt += 1) {
    try {
      await mkdir(folder, { mode: PRIVATE_FOLDER });
      return;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) {
        if ((await stat(folder)).isDirectory()) return;
        throw cannot('is not a folder', 'ENOTDIR', error);
      }
      if (!hasCode(error, 'ENOENT')) throw error;
      missing = error;
    }
    if ((await stat(dirname(folder)).catch(ignoreMissing(null))) === null) await makeFolder(dirname(folder));
  }
  throw cannot('cannot be made', 'EPERM', missing);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function ignoreMissing<T>(fallback: T): (error: unknown) => T {
  return (error) => {
    if (hasCode(error, 'ENOENT')) return fallback;
    throw error;
  };
}
