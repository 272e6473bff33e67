import { isMap, isScalar, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';
import { z } from 'zod';

/** The part of a chart's JSON schema that its README shows. */
interface Schema {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  enum?: string[] | undefined;
  properties?: Record<string, Schema> | undefined;
}
const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.string()).optional(),
    properties: z.record(z.string(), schema).optional(),
  }),
);
const chart = z.object({ name: z.string(), description: z.string() });

/** Files of one chart, as they stand in its folder. */
export interface ChartFiles {
  readonly chartYaml: string;
  readonly valuesYaml: string;
  readonly schemaJson: string;
  /** `about.md`: text that a table of values cannot hold; empty if the chart has none. */
  readonly about: string;
}

/** The README of a chart: its description, and every value with its type, default and comment. */
export function chartReadme(files: ChartFiles): string {
  const { name, description } = chart.parse(parseDocument(files.chartYaml).toJS());
  const values = parseDocument(files.valuesYaml);
  if (!isMap(values.contents)) throw new Error(`${name}/values.yaml: expected a map of values`);
  const rows = describe(values.contents, schema.parse(JSON.parse(files.schemaJson)), '', values.commentBefore);
  return [
    `# ${name}`,
    `${description}. Generated from Chart.yaml, about.md and values.yaml by \`node scripts/charts.ts\`; edit those.`,
    ...(files.about ? [files.about.trim()] : []),
    '## Values',
    'Keys that are not in this table are refused.',
    ['| key | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n'),
    '',
  ].join('\n\n');
}

/** A row for every value, or one row for a whole branch (an image, resources). */
function describe(map: YAMLMap, at: Schema, prefix: string, firstComment?: string | null): string[] {
  return map.items.flatMap((pair, index) => {
    const key = keyOf(pair);
    const path = prefix ? `${prefix}.${key}` : key;
    const below = at.properties?.[key] ?? {};
    const value = isNode(pair.value) ? pair.value : null;
    const comment = commentOf(pair) ?? (index === 0 ? (map.commentBefore ?? firstComment) : null);
    if (isMap(value) && value.items.length > 0 && below.properties) return describe(value, below, path);
    const meaning = (comment ?? '')
      .split('\n')
      .map((line) => line.trim())
      .join(' ')
      .trim();
    return [`| \`${path}\` | ${typeOf(below)} | ${defaultOf(value)} | ${cell(meaning)} |`];
  });
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function commentOf(pair: Pair): string | null {
  return isScalar(pair.key) ? (pair.key.commentBefore ?? null) : null;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isScalar(value) || (typeof value === 'object' && value !== null && 'toJSON' in value);
}

function typeOf(at: Schema): string {
  if (at.enum) return at.enum.map((choice) => `\`${choice}\``).join(', ');
  if (at.$ref) return at.$ref.replace('#/definitions/', '').replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return [at.type ?? 'object'].flat().join(' or ');
}

function defaultOf(value: Node | null): string {
  const plain: unknown = value?.toJSON() ?? null;
  const image = z.object({ repository: z.string(), tag: z.string() }).safeParse(plain);
  if (image.success) return `\`${image.data.repository}:${image.data.tag}\``;
  return `\`${cell(JSON.stringify(plain))}\``;
}

const cell = (text: string) => text.replaceAll('|', '\\|');
