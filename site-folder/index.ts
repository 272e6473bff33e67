import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { writeWhole } from '../system/write-file.ts';
import { readRegularFile } from '../system/read-file.ts';

/** Names of the files in a site's folder (docs/contract.md, "Installer facts"); every one is 0600, every folder 0700. */
export const SITE_FILES = {
  record: 'site.json',
  nodeIp: 'node-ip',
  appUrl: 'app-url',
  handover: 'handover.json',
  values: 'values',
  report: 'install-report.json',
  /** Who holds the site, as far as this folder knows. */
  holder: 'holder.json',
  /** The state of the install at the end of its last step here. */
  carried: 'install.json',
  /** A line for each action on the appliance outside of an install: when, who, what. */
  actions: 'actions.log',
  // The following files contain keys: they never leave this machine in a log, a workflow or a bundle.
  talosconfig: 'talosconfig',
  kubeconfig: 'kubeconfig',
  secrets: 'secrets.yaml',
  machineConfig: 'controlplane.yaml',
  /** The machine configuration as it was applied, if that is not `machineConfig` itself. */
  appliedConfig: 'controlplane.applied.yaml',
  statusToken: 'status-token',
  authKey: 'auth-key',
  /** The first tenant and its administrator with the password; deleted once the tenant exists. */
  initialTenant: 'initial-tenant.json',
  /** The licence of the appliance; deleted once the database has it. */
  licenceToken: 'license-token',
  /** What this site's payloads in Temporal are encrypted with. */
  payloadKeys: 'payload-keys.json',
} as const;

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** The user's home folder: HOME if that is an absolute path, else the system's record. */
export function userHome(environment: NodeJS.ProcessEnv = process.env): string {
  return [environment['HOME'] ?? '', homedir()].find(isAbsolute) ?? userInfo().homedir;
}

/** The folder of all sites: ALGA_APPLIANCE_HOME, or ~/.alga-psa-appliance. */
export function applianceHome(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['ALGA_APPLIANCE_HOME'] || join(userHome(environment), '.alga-psa-appliance');
}

/** One folder of the operator's machine, with modes that protect its secrets. Names are relative to it. */
export interface PrivateFolder {
  readonly root: string;
  path(name: string): string;
  exists(name: string): Promise<boolean>;
  /** Creates the folder, 0700, and missing parents. Throws the file system's error. */
  make(): Promise<void>;
  /** The text, or null if there is no such file. Throws NotReadableFileError, or the file system's error. */
  read(name: string): Promise<string | null>;
  /** Writes to a temporary file of mode 0600 and renames it; the folder is created with 0700. Throws the file system's error, or NotWrittenError. */
  write(name: string, text: string): Promise<void>;
  /** Writes only if there is no file yet; else false, and nothing changes. Two callers cannot both win. */
  createOnce(name: string, text: string): Promise<boolean>;
  /** Sets 0600 on a file that another program created. Does nothing if there is none. */
  protect(name: string): Promise<void>;
  list(): Promise<string[]>;
  /** Renames a file in the folder, replacing one with the new name. */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A site's folder. Nothing is created until something is written. */
export function siteFolder(home: string, siteId: string): PrivateFolder {
  return privateFolder(join(home, siteId));
}

/** The names of the sites that have a record. */
export async function listSites(home: string): Promise<string[]> {
  const entries = await readdir(home, { withFileTypes: true }).catch(ignoreMissing([]));
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const known = await Promise.all(names.map((name) => siteFolder(home, name).exists(SITE_FILES.record)));
  return names.filter((_, index) => known[index]).toSorted();
}

/**
 * `within` names a folder above it that must exist: it is never created here, so a process that writes late
 * does not bring back what an operator has removed. Writing there throws ENOENT.
 */
export function privateFolder(root: string, { within }: { readonly within?: string } = {}): PrivateFolder {
  const path = (name: string): string => join(root, name);
  const prepare = async (file: string): Promise<void> => {
    await makeFolder(dirname(file), within);
    await chmod(root, PRIVATE_FOLDER);
  };
  return {
    root,
    path,
    make: () => makeFolder(root, within),
    exists: async (name) => (await stat(path(name)).catch(ignoreMissing(null))) !== null,
    read: async (name) => readRegularFile(path(name)).catch(ignoreMissing(null)),
    write: async (name, text) => {
      await prepare(path(name));
      await writeWhole(path(name), text, { mode: PRIVATE_FILE });
    },
    createOnce: async (name, text) => {
      await prepare(path(name));
      try {
        await writeWhole(path(name), text, { mode: PRIVATE_FILE, isNew: true });
        return true;
      } catch (error) {
        if (hasCode(error, 'EEXIST')) return false;
        throw error;
      }
    },
    protect: async (name) => {
      await chmod(path(name), PRIVATE_FILE).catch(ignoreMissing(undefined));
    },
    list: async () => readdir(root).catch(ignoreMissing([])),
    rename: async (from, to) => rename(path(from), path(to)),
    remove: async (name) => rm(path(name), { force: true }),
  };
}

/** Why files cannot be created under a path, as a message; null if they can. Creates nothing. */
export async function whyUnwritable(path: string): Promise<string | null> {
  let at = path;
  for (;;) {
    const found = await lstat(at).catch(ignoreMissing(null));
    if (found) {
      if (!(await stat(at)).isDirectory()) return `${at} is not a folder`;
      return access(at, constants.W_OK | constants.X_OK).then(
        () => null,
        () => `this user cannot write ${at}`,
      );
    }
    if (dirname(at) === at) return `${path} has no existing parent folder`;
    at = dirname(at);
  }
}

/**
 * mkdir may fail with a missing parent that another process creates at that moment. After that many times it is the file system that
 * cannot create a folder in an existing parent, as in /proc.
 */
const MAKE_ATTEMPTS = 5;

/** Not by a recursive mkdir: Node's never ends on such a file system. Several processes may make the same folders at once. */
async function makeFolder(folder: string, within?: string): Promise<void> {
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
    if (dirname(folder) === within) throw missing;
    if ((await stat(dirname(folder)).catch(ignoreMissing(null))) === null) await makeFolder(dirname(folder), within);
  }
  throw cannot('cannot be created', 'EPERM', missing);
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
