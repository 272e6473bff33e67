import { z } from 'zod';
import { apiError, diagnostics, overview, podsAnswer } from '../model/http-api.ts';
import { snapshot } from '../model/snapshot.ts';
import { statusDocument } from '../model/status.ts';

interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

const refTo = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, name: string): Answer => ({
  description,
  content: { 'application/json': { schema: refTo(name) } },
});
const text = (description: string, type = 'text/plain'): Answer => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});
const page = (description: string): Answer => text(description, 'text/html');

const NOT_ALLOWED = text('Another method than the path takes; the header Allow names those that it takes');
const TOO_LARGE = text('A body of more than 4096 bytes');
/** What every path behind the token may answer beside its own. */
const forPrograms = {
  '401': json('No token, a wrong one, or a session that is over', 'Error'),
  '405': NOT_ALLOWED,
  '413': TOO_LARGE,
  '429': json('Too many wrong tokens came from this address; the header Retry-After says when to try again', 'Error'),
};
const forPeople = {
  '401': page('The page that asks for the token'),
  '405': NOT_ALLOWED,
  '413': TOO_LARGE,
  '429': page('Too many wrong tokens came from this address'),
};
const open = { '405': NOT_ALLOWED, '413': TOO_LARGE };
/** A token in the address opens a page and is taken out of it at once. */
const moved: Answer = { description: 'The same address without the token, with a session' };

const unavailable = json('Nothing is known of the cluster yet', 'Error');

const inPath = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const inQuery = (name: string, description: string, schema: object) => ({ name, in: 'query', description, schema });
const LOG_QUERY = [
  inQuery('container', "one of the pod's containers; the first without it", { type: 'string' }),
  inQuery('previous', 'the container before its last restart', { enum: ['1', 'true'] }),
  inQuery('tail', 'so many lines from the end', { type: 'integer', minimum: 1, maximum: 2000, default: 200 }),
];

type Answers = Readonly<Record<string, Answer>>;
const programs = (summary: string, answers: Answers, parameters: readonly object[] = []) => ({
  get: { summary, ...(parameters.length > 0 && { parameters }), responses: { ...answers, ...forPrograms } },
});
const people = (summary: string, answers: Answers, parameters: readonly object[] = []) => ({
  get: { summary, ...(parameters.length > 0 && { parameters }), responses: { ...answers, '303': moved, ...forPeople } },
});
const form = (properties: object) => ({
  content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', properties } } },
});
const asset = (type: string) => ({
  get: { summary: 'Part of the pages', security: [], responses: { '200': text('The file', type), ...open } },
});

const PATHS = {
  '/healthz': {
    get: { summary: 'Whether the service runs', security: [], responses: { '200': text('It does'), ...open } },
  },
  '/assets/page.css': asset('text/css'),
  '/assets/page.js': asset('text/javascript'),
  '/assets/icon.svg': asset('image/svg+xml'),
  '/session': {
    post: {
      summary: 'Exchange the token for a session',
      security: [],
      requestBody: form({ token: { type: 'string' }, path: { type: 'string' } }),
      responses: {
        '303': { description: 'To the page that was wanted, with the session in a cookie' },
        ...forPeople,
      },
    },
  },
  '/session/end': {
    post: {
      summary: 'End the session',
      security: [],
      responses: { '303': { description: 'To the page that asks for the token' }, ...open },
    },
  },
  '/api/status': programs('The status document', { '200': json('As `status -o json` gives it', 'Status') }),
  '/api/overview': programs('The status in single fields', { '200': json('The overview', 'Overview') }),
  '/api/diagnostics': programs('What was found, with Flux and Helm', { '200': json('The diagnostics', 'Diagnostics') }),
  '/api/snapshot': programs('What the document was made from, without secrets', {
    '200': json('What `diagnose --from` reads', 'Snapshot'),
    '503': unavailable,
  }),
  '/api/pods': programs('Every pod', { '200': json('Those that need attention first', 'Pods'), '503': unavailable }),
  '/api/pods/{namespace}/{pod}/log': programs(
    'The end of a log, without secrets',
    {
      '200': text('The log'),
      '403': json('The service may not read logs', 'Error'),
      '404': json('There is no such pod, container or log', 'Error'),
      '502': json('The Kubernetes API was not reached', 'Error'),
      '503': json('Too many logs are being read', 'Error'),
      '504': json('The Kubernetes API does not answer in time', 'Error'),
    },
    [inPath('namespace'), inPath('pod'), ...LOG_QUERY],
  ),
  '/api/events': programs(
    'The document at once and at each difference, as server-sent events named `status`',
    {
      '200': text('Events without an end; a comment every 15 seconds', 'text/event-stream'),
      '503': json('Too many listen; the header Retry-After says when to try again', 'Error'),
    },
    [inQuery('only', '`changes`: events named `changed`, with a version and the state alone', { enum: ['changes'] })],
  ),
  '/metrics': programs('The same for Prometheus', { '200': text('Text format 0.0.4') }),
  '/': people('The status page', { '200': page('The page') }),
  '/diagnostics': people('Everything in detail', { '200': page('The page') }),
  '/pods': people('Every pod', { '200': page('The page') }, [inQuery('page', 'which part', { type: 'integer' })]),
  '/pods/{namespace}/{pod}': people(
    'The log of a pod',
    { '200': page('The page'), '404': page('There is no such pod, container or log') },
    [inPath('namespace'), inPath('pod'), ...LOG_QUERY],
  ),
};

/** The pattern of a time is long, and says what its format says. */
function withoutPattern({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
}

/** The status page's HTTP API in OpenAPI 3.1. Its schemas are those that the code has its types from. */
export function openApi(): string {
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output' = 'output') => {
    const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, override: withoutPattern });
    return rest;
  };
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Status page of an Alga PSA appliance',
      version: '1',
      description:
        'On port 8080 of the node, and on this machine with `status --serve`. HEAD is answered wherever GET is. A path that is not listed is answered with 404 (with the token), in JSON below /api/ and as a page elsewhere.',
    },
    security: [{ bearer: [] }, { token: [] }, { session: [] }],
    paths: PATHS,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: '`appliance-client token show`' },
        token: { type: 'apiKey', in: 'query', name: 'token', description: 'for who cannot send a header' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'appliance_status_*',
          description: "the page's own: the name ends with eight digits of the site's SHA-256",
        },
      },
      schemas: withShared({
        Status: schemaOf(statusDocument),
        Overview: schemaOf(overview),
        Diagnostics: schemaOf(diagnostics),
        Pods: schemaOf(podsAnswer),
        Snapshot: schemaOf(snapshot, 'input'),
        Error: schemaOf(apiError),
      }),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const definitions = z.record(z.string(), z.unknown());

/** Definitions that schemas share, such as Advice, stand beside them: a reference counts from the top of the document. */
function withShared(schemas: Readonly<Record<string, object>>): Record<string, unknown> {
  const shared: Record<string, unknown> = {};
  const own = Object.entries(schemas).map(([name, schema]) => {
    const { $defs = {}, ...rest } = z.looseObject({ $defs: definitions.optional() }).parse(schema);
    Object.assign(shared, $defs);
    return [name, rest] as const;
  });
  const all = JSON.stringify({ ...Object.fromEntries(own), ...shared });
  return definitions.parse(JSON.parse(all.replaceAll('"#/$defs/', '"#/components/schemas/')));
}
