import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const TARGET = 'redaction/appliance-secrets.ts';

/** Keys of a Secret that hold no secret: which edition was chosen. */
const PUBLIC = new Set(['EDITION_CHOICE']);

const QUOTED = /"([A-Z][A-Z0-9_]+)"/g;
/** Where the charts write the names of variables and keys whose values come from Secrets, or of the keys that they generate. */
const PLACES: readonly RegExp[] = [
  /"alga\.secretEnv" \(dict [^)]*\)?[^)]*\)/g,
  /"alga-core\.optionalSecretEnv" \(dict [^}]*\)/g,
  /"(?:bound|other)" \(list [^)]*\)/g,
  /range \$key := list (?:"[A-Z0-9_]+" ?)+/g,
];
/** The same in values, as `secretKey: DB_PASSWORD_PGBOUNCER`, and in what the images' own programs read. */
const VALUES =
  /(?:secretKey|passwordKey|DB_[A-Z]+|app_user\w*|\w+_user\w*):\s*"?([A-Z][A-Z0-9_]*(?:PASSWORD|SECRET|TOKEN|KEY|PWD)[A-Z0-9_]*)"?/g;

/** A container's variable that Kubernetes takes from a Secret: its name and the key, in a manifest or in values. */
const FROM_SECRET =
  /- name: "?([A-Za-z_][\w.-]{0,127})"?\s+valueFrom:\s+secretKeyRef:(?:\s+(?:name|optional): [^\n]{1,200})*\s+key: "?([A-Za-z_][\w.-]{0,127})"?/g;
/** Where Flux puts a key of a Secret into a release's values: the last part of the path is the name. */
const VALUES_FROM = /kind: Secret\s[^#]{0,400}?targetPath: "?[\w.-]{0,200}?([A-Za-z_][\w-]{0,127})"?\s/g;

/** The names of all secret settings of this appliance, as its charts, its Flux tree and its releases say them; sorted. */
export function applianceSecrets(root: string = ROOT): string[] {
  const names = new Set<string>();
  for (const file of globSync('{charts,flux,releases}/**/*.{yaml,tpl,json}', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, variable = '', key = ''] of text.matchAll(FROM_SECRET)) names.add(variable).add(key);
    for (const [, name = ''] of text.matchAll(VALUES_FROM)) names.add(name);
    for (const place of PLACES)
      for (const [found] of text.matchAll(place)) for (const [, name = ''] of found.matchAll(QUOTED)) names.add(name);
    for (const [, name = ''] of text.matchAll(VALUES)) names.add(name);
  }
  return [...names].filter((name) => !PUBLIC.has(name)).toSorted();
}

/** The generated file, by its path in the project. */
export function applianceSecretsFile(): { path: string; text: string } {
  const rows = applianceSecrets().map((name) => `  '${name}',`);
  return {
    path: TARGET,
    text: `// Written by \`npm run generate\` from charts, Flux tree and releases (scripts/appliance-secrets.ts).\n
/** Variables of this appliance's containers, and keys of its Secrets, that hold secrets. */
export const APPLIANCE_SECRETS = [\n${rows.join('\n')}\n] as const;\n`,
  };
}

/** `node scripts/appliance-secrets.ts` writes it. */
if (import.meta.main) {
  const { path, text } = applianceSecretsFile();
  writeFileSync(join(ROOT, path), text);
}
