import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { applianceValues } from '../model/appliance-values.ts';
import { releaseManifest } from '../model/release.ts';

const ROOT = path.join(import.meta.dirname, '..');
const PROFILES = path.join(ROOT, 'flux/profiles');

/** The vendor's images: the chart that runs each, its container there, and its key in a release. */
export const IMAGES = {
  'alga-core': 'algaCore',
  'workflow-worker': 'workflowWorker',
  'email-service': 'emailService',
  'temporal-worker': 'temporalWorker',
} as const;
export type ImageName = keyof typeof IMAGES;
export const isImageName = (name: string): name is ImageName => Object.hasOwn(IMAGES, name);

const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      secretKeyRef: z.object({ name: z.string(), key: z.string(), optional: z.boolean().default(false) }).optional(),
      configMapKeyRef: z.object({ name: z.string(), key: z.string() }).optional(),
    })
    .optional(),
});
const container = z.object({
  name: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).default([]),
  workingDir: z.string().optional(),
  env: z.array(variable).default([]),
});
const manifest = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(container) }) }).optional() }).optional(),
});

/** A container as the chart renders it. */
export const renderedContainer = z.object({
  command: z.array(z.string()),
  workingDir: z.string().nullable(),
  env: z.record(z.string(), z.string()),
});
export type RenderedContainer = z.infer<typeof renderedContainer>;

/** What the charts give the image: its own container, and for alga-core the bootstrap job with its program. */
export interface Rendered {
  readonly container: RenderedContainer;
  readonly job: RenderedContainer | null;
  /** The job's program, by file name. */
  readonly program: Readonly<Record<string, string>>;
}

export interface RenderOptions {
  readonly helm: string;
  readonly image: ImageName;
  readonly release: string;
  /** Tag of the image, where it is not the release's: decides what it is taken to be able to do. */
  readonly tag: string | undefined;
  /** More values of the chart, as Helm's `--set` takes them. */
  readonly set: readonly string[];
}

/** Renders the image's chart as an appliance has it. Secrets are made up; what a Secret gives twice is the same twice. */
export async function render({ helm, image, release: name, tag, set }: RenderOptions): Promise<Rendered> {
  const releases = (await readdir(path.join(ROOT, 'releases'), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== 'channels')
    .map((entry) => entry.name);
  if (!releases.includes(name)) throw new RangeError(`unknown release ${name}. Available: ${releases.join(', ')}`);
  const text = await readFile(path.join(ROOT, 'releases', name, 'release.json'), 'utf8');
  const release = releaseManifest.parse(JSON.parse(text));
  const spec = {
    siteId: 'check-image',
    nodeIp: '192.0.2.10',
    appUrl: 'http://192.0.2.10:3000',
    release,
    imageTags: tag === undefined ? {} : { [IMAGES[image]]: tag },
  };
  const values = applianceValues({ spec, bootstrapMode: 'fresh', installId: 'check-image' })[image] ?? {};
  const chart = path.join(ROOT, 'charts', image);
  const args = ['template', image, chart, '-n', 'msp', '-f', await profileValues(release.app.valuesProfile, image)];
  const more = set.flatMap((each) => ['--set', each]);
  const { stdout } = await execa(helm, [...args, '-f', '-', ...more], {
    input: JSON.stringify(values),
    timeout: 60_000,
  });
  const manifests = parseAllDocuments(stdout).flatMap((document) =>
    document.contents === null ? [] : [manifest.parse(document.toJS())],
  );
  return fromManifests(manifests, image);
}

async function profileValues(profile: string, image: ImageName): Promise<string> {
  for (const tier of await readdir(path.join(PROFILES, profile))) {
    const file = path.join(PROFILES, profile, tier, 'values', `${image}.yaml`);
    if (existsSync(file)) return file;
  }
  throw new Error(`the profile ${profile} has no values for ${image}`);
}

function fromManifests(manifests: readonly z.infer<typeof manifest>[], image: ImageName): Rendered {
  const made = new Map<string, string>();
  const secret = (name: string, key: string): string => {
    const known = made.get(`${name}/${key}`) ?? GIVEN[key] ?? randomBytes(24).toString('hex');
    made.set(`${name}/${key}`, known);
    return known;
  };
  const configuration = (name: string, key: string): string => {
    const found = manifests.find((each) => each.kind === 'ConfigMap' && each.metadata.name === name)?.data[key];
    if (found === undefined) throw new Error(`the charts create no ConfigMap ${name} with ${key}`);
    return found;
  };
  const valueOf = ({ value, valueFrom }: z.infer<typeof variable>): string | undefined => {
    const { secretKeyRef: fromSecret, configMapKeyRef: fromConfiguration } = valueFrom ?? {};
    if (fromConfiguration !== undefined) return configuration(fromConfiguration.name, fromConfiguration.key);
    if (fromSecret === undefined) return valueFrom === undefined ? (value ?? '') : 'check-image';
    return fromSecret.optional && !(fromSecret.key in GIVEN) ? undefined : secret(fromSecret.name, fromSecret.key);
  };
  const find = (kind: string, name: string): RenderedContainer | null => {
    const found = manifests
      .filter((each) => each.kind === kind)
      .flatMap(({ spec }) => spec?.template?.spec.containers ?? [])
      .find((each) => each.name === name);
    if (found === undefined) return null;
    const env = found.env.flatMap((each) => {
      const value = valueOf(each);
      return value === undefined ? [] : [[each.name, value] as const];
    });
    return {
      command: [...(found.command ?? []), ...found.args],
      workingDir: found.workingDir ?? null,
      env: Object.fromEntries(env),
    };
  };
  const own = find('Deployment', image);
  if (own === null) throw new Error(`the chart ${image} renders no container ${image}`);
  const program = manifests.find(({ kind, data }) => kind === 'ConfigMap' && 'main.mjs' in data)?.data ?? {};
  return { container: own, job: find('Job', 'bootstrap'), program };
}

/** What the installer asks an operator for; of other optional Secrets there is none. */
const GIVEN: Readonly<Record<string, string>> = {
  INITIAL_TENANT_NAME: 'Check & Sons',
  INITIAL_ADMIN_FIRST_NAME: 'Ada',
  INITIAL_ADMIN_LAST_NAME: 'Admin',
  INITIAL_ADMIN_EMAIL: 'ada@check.test',
  INITIAL_ADMIN_PASSWORD: `Aa1!${randomBytes(12).toString('hex')}`,
};
/** Names of the variables that Secret `appliance-initial-tenant` gives, which is gone once the tenant stands. */
export const INITIAL_TENANT = Object.keys(GIVEN);
