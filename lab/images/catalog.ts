import { readFile, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { VENDOR_IMAGES } from '../../model/appliance.ts';
import type { VendorImage } from '../../model/appliance.ts';
import { capabilitiesOf } from '../../model/capabilities.ts';
import { releaseManifest } from '../../model/release.ts';
import type { Image } from '../../model/release.ts';
import { imageName } from '../../model/vendor-images.ts';
import { PAUSE_IMAGE } from '../node/containerd.ts';
import { programPath } from '../parts/programs.ts';
import type { Entry } from './layer.ts';
import { moduleFolder } from './modules.ts';
import { packageEntries } from './packages.ts';
import type { ImageConfig } from './push.ts';

/** An image of the lab: its name as the appliance asks for it, the layers it is made of, and how it runs. */
export interface Recipe {
  /** `registry/repository:tag`. */
  readonly reference: string;
  readonly layers: readonly LayerName[];
  readonly config: ImageConfig;
}

export type LayerName = keyof Awaited<ReturnType<typeof layers>>;

const FILES = path.join(import.meta.dirname, 'files');
const ROOT = path.join(import.meta.dirname, '..', '..');
const file = (name: string): string => path.join(FILES, name);

/** Every layer by its name, as what goes into it. */
export async function layers() {
  const program = async (id: string, to: string): Promise<Entry[]> => [{ program: await programPath(id), to }];
  return {
    base: await base(),
    pause: [{ program: await programPath('busybox'), to: '/pause/sleep' }],
    node: nodeEntries(),
    postgres: await postgres(),
    redis: await redis(),
    pgbouncer: await pgbouncer(),
    temporal: await temporal(),
    page: [{ from: file('vendor/page.mjs'), to: '/page.mjs' }],
    application: await application(),
    coredns: await program('coredns', '/coredns'),
    'local-path-provisioner': await program('local-path-provisioner', '/usr/bin/local-path-provisioner'),
    'source-controller': await program('source-controller', '/usr/local/bin/source-controller'),
    'kustomize-controller': await program('kustomize-controller', '/usr/local/bin/kustomize-controller'),
    'helm-controller': await program('helm-controller', '/usr/local/bin/helm-controller'),
    empty: [{ text: 'Stands for an installer image in the lab.\n', to: '/README' }],
  } satisfies Record<string, readonly Entry[]>;
}

/** What the lab's registry has each of the vendor's tags with as well: another tag for the same image. */
export const MENDED = '-mended';

function isVendors({ reference }: Recipe, { app }: ReturnType<typeof releaseManifest.parse>): boolean {
  return VENDOR_IMAGES.some((key) => named(app.images[key]) === reference);
}

/** Every image, under the names and tags of all releases of this checkout. */
export async function recipes(): Promise<Recipe[]> {
  const fixed: Recipe[] = [
    { reference: PAUSE_IMAGE, layers: ['pause'], config: { Entrypoint: ['/pause/sleep', '2147483647'] } },
    single('registry.k8s.io/coredns/coredns:v1.12.0', 'coredns', '/coredns'),
    controller('source-controller:v1.7.3', 'source-controller'),
    controller('kustomize-controller:v1.7.3', 'kustomize-controller'),
    controller('helm-controller:v1.4.0', 'helm-controller'),
  ];
  const byReference = new Map(fixed.map((recipe) => [recipe.reference, recipe]));
  for (const folder of await readdir(path.join(ROOT, 'releases'), { withFileTypes: true })) {
    if (!folder.isDirectory() || folder.name === 'channels') continue;
    const text = await readFile(path.join(ROOT, 'releases', folder.name, 'release.json'), 'utf8');
    const release = releaseManifest.parse(JSON.parse(text));
    for (const recipe of ofRelease(release)) {
      byReference.set(recipe.reference, recipe);
      // As if the vendor published a fixed image again.
      const mended = { ...recipe, reference: `${recipe.reference}${MENDED}` };
      if (isVendors(recipe, release)) byReference.set(mended.reference, mended);
    }
  }
  return [...byReference.values()];
}

function ofRelease(release: ReturnType<typeof releaseManifest.parse>): Recipe[] {
  const { app, dependencies, os } = release;
  const vendor = (key: VendorImage, config: ImageConfig): Recipe => {
    // What the image was built for: no environment of the appliance's changes it.
    const built = capabilitiesOf(release, key).adminConnection ? [] : ['STAND_IN_LOGS_IN_AS=app_user'];
    return {
      reference: named(app.images[key]),
      layers: ['base', 'node', 'application'],
      config: { Env: [PATH, ...built], WorkingDir: '/app', ...config },
    };
  };
  const worker = (key: VendorImage, config: ImageConfig = {}) =>
    vendor(key, { Entrypoint: ['node', `/app/stand-in/${imageName(key)}.mjs`], ...config });
  const make = (image: Image, names: readonly LayerName[], config: ImageConfig): Recipe => ({
    reference: named(image),
    layers: ['base', ...names],
    config: { Env: [PATH], ...config },
  });
  return [
    vendor('algaCore', { Entrypoint: ['./entrypoint.sh'] }),
    worker('workflowWorker'),
    worker('emailService'),
    // The only one of the four whose image names a user.
    worker('temporalWorker', { User: '999:999' }),
    make(dependencies.busybox, [], { Cmd: ['sh'] }),
    make(dependencies.node, ['node'], { Cmd: ['node'] }),
    make(dependencies.postgres, ['postgres'], {
      Entrypoint: ['/usr/local/bin/entrypoint.sh'],
      Cmd: ['postgres'],
      StopSignal: 'SIGINT',
    }),
    make(dependencies.redis, ['redis'], { Cmd: ['redis-server'] }),
    make(dependencies.pgbouncer, ['pgbouncer'], { Cmd: ['pgbouncer', '/etc/pgbouncer/pgbouncer.ini'] }),
    make(dependencies.temporal, ['node', 'temporal'], { Entrypoint: ['/etc/temporal/entrypoint.sh'], User: '1000' }),
    make(dependencies.temporalUi, ['node', 'page'], { Entrypoint: ['node', '/page.mjs'] }),
    make(dependencies.localPathProvisioner, ['local-path-provisioner'], { Entrypoint: ['local-path-provisioner'] }),
    { reference: os.installer.image, layers: ['empty'], config: {} },
  ];
}

const named = ({ repository, tag }: Image): string => `${repository}:${tag}`;
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/bin';

function single(reference: string, layer: LayerName, entry: string): Recipe {
  return { reference, layers: [layer], config: { Entrypoint: [entry] } };
}

function controller(image: string, layer: LayerName): Recipe {
  const config = { Entrypoint: [`/usr/local/bin/${layer}`], User: '65534:65534' };
  return { reference: `ghcr.io/fluxcd/${image}`, layers: ['base', layer], config };
}

const USERS = { root: 0, redis: 999, pgbouncer: 70, node: 1000, nobody: 65534 };
const APPLETS =
  'sh ash awk basename cat chmod chown cmp cp cut date df dirname du echo env false find grep head hostname id ln ls mkdir mktemp mv printf ps pwd rm rmdir sed seq sleep sort stat sync tail tar tee test touch tr true uname wc which xargs';

async function base(): Promise<Entry[]> {
  const users = Object.entries(USERS).map(([name, id]) => `${name}:x:${id}:${id}::/tmp:/bin/sh\n`);
  const groups = Object.entries(USERS).map(([name, id]) => `${name}:x:${id}:\n`);
  return [
    { program: await programPath('busybox'), to: '/bin/busybox' },
    ...APPLETS.split(' ').map((name) => ({ link: 'busybox', to: `/bin/${name}` })),
    { from: file('busybox/nc'), to: '/bin/nc', mode: 0o755 },
    { link: '/bin/env', to: '/usr/bin/env' },
    { text: users.join(''), to: '/etc/passwd' },
    { text: groups.join(''), to: '/etc/group' },
    { folder: '/tmp', mode: 0o1777 },
    ...['/run', '/var/run', '/data', '/var/lib'].map((folder) => ({ folder })),
  ];
}

function nodeEntries(): Entry[] {
  return [{ program: process.execPath, to: '/usr/local/bin/node' }];
}

/** Debian's server; of pgvector, which Debian 12 has not, only an extension of that name with a type of that name. */
async function postgres(): Promise<Entry[]> {
  const bin = path.dirname(await realpath(await programPath('postgres')));
  const version = path.basename(path.dirname(bin));
  const share = `/usr/share/postgresql/${version}`;
  const extension = path.join(share, 'extension');
  const programs = ['postgres', 'initdb', 'pg_isready', 'psql', 'pg_dump'].map((name) => path.join(bin, name));
  return [
    ...programs.map((program) => ({ program })),
    { from: path.join(bin, '..', 'lib'), to: path.join(bin, '..', 'lib'), except: ['bitcode', 'pgxs', 'llvmjit.so'] },
    { from: share, to: share, except: ['man'] },
    { from: '/usr/share/zoneinfo', to: '/usr/share/zoneinfo' },
    { link: bin, to: '/usr/lib/postgresql/bin' },
    {
      text: "comment = 'stand-in for pgvector'\ndefault_version = '0.0.1'\n",
      to: path.join(extension, 'vector.control'),
    },
    { text: 'CREATE DOMAIN vector AS real[];\n', to: path.join(extension, 'vector--0.0.1.sql') },
    { text: `postgres:x:999:999::/tmp:/bin/sh\nroot:x:0:0::/:/bin/sh\n`, to: '/etc/passwd' },
    { from: file('postgres/entrypoint.sh'), to: '/usr/local/bin/entrypoint.sh', mode: 0o755 },
  ];
}

async function redis(): Promise<Entry[]> {
  const server = await programPath('redis-server');
  return [
    { program: server, to: '/usr/bin/redis-server' },
    { program: path.join(path.dirname(server), 'redis-cli'), to: '/usr/bin/redis-cli' },
  ];
}

async function pgbouncer(): Promise<Entry[]> {
  return [
    { program: await programPath('pgbouncer'), to: '/usr/sbin/pgbouncer' },
    { from: file('pgbouncer/pgbouncer'), to: '/usr/local/bin/pgbouncer', mode: 0o755 },
  ];
}

async function temporal(): Promise<Entry[]> {
  const schema = path.join(await moduleFolder('temporal-server', 'go.temporal.io/server'), 'schema/postgresql/v12');
  return [
    { program: await programPath('temporal-server'), to: '/usr/local/bin/temporal-server' },
    { program: await programPath('temporal-sql-tool'), to: '/usr/local/bin/temporal-sql-tool' },
    { from: schema, to: '/etc/temporal/schema' },
    { from: file('temporal/entrypoint.sh'), to: '/etc/temporal/entrypoint.sh', mode: 0o755 },
    { from: file('temporal/config.yaml'), to: '/etc/temporal/config.yaml' },
    { from: file('temporal/register-namespace.mjs'), to: '/etc/temporal/register-namespace.mjs' },
    { from: file('vendor/grpc.mjs'), to: '/etc/temporal/grpc.mjs' },
  ];
}

/** One layer for the vendor's four images: they differ in what they start. */
async function application(): Promise<Entry[]> {
  const own = await readdir(file('vendor'));
  const programs = own.filter((name) => name.endsWith('.mjs') && name !== 'page.mjs');
  return [
    { from: path.join(import.meta.dirname, 'alga-core', 'app'), to: '/app' },
    ...(await packageEntries(['knex', 'pg'], '/app/node_modules')),
    ...programs.map((name) => ({ from: file(`vendor/${name}`), to: `/app/stand-in/${name}` })),
    { from: file('vendor/tsx'), to: '/app/server/node_modules/tsx' },
    { from: file('vendor/entrypoint.sh'), to: '/app/entrypoint.sh', mode: 0o755 },
  ];
}
