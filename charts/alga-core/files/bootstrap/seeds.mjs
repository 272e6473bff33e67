// The image's own seeds, by its knex and a knexfile that names their folder.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runKnex } from './migrations.mjs';
import { EXIT, Stop } from './stop.mjs';

const SEED_FILE = /\.[cm]?[jt]s$/;
/** Seeds and knex end with 0 all the same when they say one of these. */
const DID_NOTHING = /no tenants?(?:\(s\))? found|no seed files exist/i;

/** Refuses when the seeds' folder is missing or holds none. Without a folder of ours the one in the image's knexfile counts. */
export function checkSeedFolder({ seedsDir }) {
  if (!seedsDir) return;
  const entries = entriesOf(seedsDir);
  if (!entries) throw new Stop(EXIT.configuration, `Configured seed directory does not exist: ${seedsDir}`);
  if (entries.some((entry) => entry.isFile() && SEED_FILE.test(entry.name))) return;
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  throw new Stop(
    EXIT.configuration,
    `No seed files exist in the configured seed directory ${seedsDir}${folders.length > 0 ? `, only the folders ${folders.toSorted().join(', ')}` : ''}: ` +
      'name the folder that this image has them in (bootstrap.seedsDir)',
  );
}

function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(error.code)) return null;
    throw error;
  }
}

/** Runs the seeds. That they found no tenant, or that there are none, is a failure. */
export async function runSeeds(settings, log, signal) {
  checkSeedFolder(settings);
  log.info('running seeds');
  const folder = mkdtempSync(join(tmpdir(), 'seeds-'));
  try {
    await runKnex('seed', ['seed:run'], seedKnexfile(settings, folder), settings, log, signal, DID_NOTHING);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The CLI has no option for the seed folder: a knexfile of our own takes the image's and changes that one setting. */
function seedKnexfile(settings, folder) {
  const original = join(settings.appDir, 'server', 'knexfile.cjs');
  if (!settings.seedsDir) return original;
  const file = join(folder, 'knexfile.cjs');
  const lines = [
    `process.chdir(${JSON.stringify(join(settings.appDir, 'server'))});`,
    `const { migration } = require(${JSON.stringify(original)});`,
    `module.exports = { migration: { ...migration, seeds: { ...migration.seeds, directory: ${JSON.stringify(settings.seedsDir)} } } };`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
