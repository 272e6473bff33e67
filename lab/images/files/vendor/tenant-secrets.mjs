// Secrets of tenants as the vendor's programs keep them: docs/contract.md, "Tenant secrets".
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const { env } = process;

/** Without SECRET_FS_BASE_PATH they are in the image's own file system, and are lost with the pod. */
function folderOf(tenant) {
  const base = env.SECRET_FS_BASE_PATH || path.resolve('..', 'secrets');
  return path.join(base, 'tenants', path.basename(tenant));
}

/** Writes one, where the settings say that secrets are written to files; refuses any other provider, which it has not. */
export async function writeTenantSecret(tenant, name, value) {
  const provider = env.SECRET_WRITE_PROVIDER || 'filesystem';
  if (provider !== 'filesystem') throw new Error(`the stand-in has no provider of secrets called ${provider}`);
  await mkdir(folderOf(tenant), { recursive: true });
  await writeFile(path.join(folderOf(tenant), path.basename(name)), value);
}

/** Gives one, or undefined. The chain of providers is the image's: `env` alone, where nothing says otherwise, reads no file. */
export async function readTenantSecret(tenant, name) {
  if (!(env.SECRET_READ_CHAIN || 'env').split(',').includes('filesystem')) return undefined;
  try {
    return (await readFile(path.join(folderOf(tenant), path.basename(name)), 'utf8')).trim();
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
