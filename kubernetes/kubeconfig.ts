import { isMap, parseDocument, stringify, visit } from 'yaml';
import { z } from 'zod';

/** A kubeconfig with one cluster and one pair of certificate and key takes about 6 KiB. */
const LIMIT_BYTES = 64 * 1024;

/** A kubeconfig that holds more than data: it could run a program, read a file, or send the credentials elsewhere. */
export class KubeconfigRefused extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'KubeconfigRefused';
  }
}

/** The four parts that open a cluster. The three credentials are base64 of PEM, as a kubeconfig holds them. */
export interface KubeconfigParts {
  /** `https://host:port` */
  readonly server: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const server = z
  .string()
  .max(300)
  .refine((text) => {
    if (!URL.canParse(text) || /[^\x21-\x7e]/.test(text)) return false;
    const { protocol, username, password, pathname, search, hash } = new URL(text);
    return protocol === 'https:' && username + password + search + hash === '' && pathname === '/';
  }, 'is not an address of an API server (https, host and port only)');

const credential = z.base64('is not base64').min(1, 'is empty');
const name = z.string().min(1).max(300);

const document = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Config'),
  clusters: z.tuple([
    z.strictObject({ name, cluster: z.strictObject({ server, 'certificate-authority-data': credential.optional() }) }),
  ]),
  users: z.tuple([
    z.strictObject({
      name,
      user: z.strictObject({
        'client-certificate-data': credential.optional(),
        'client-key-data': credential.optional(),
      }),
    }),
  ]),
  contexts: z.tuple([
    z.strictObject({ name, context: z.strictObject({ cluster: name, user: name, namespace: name.optional() }) }),
  ]),
  'current-context': name,
  preferences: z.strictObject({}).optional(),
});

/**
 * For a kubeconfig that no person chose: from a node, or from a site folder. The four parts it consists of; one that
 * a file of an earlier client lacks is empty. Everything else that the format allows (`exec`, `auth-provider`, files,
 * a token, a proxy, `insecure-skip-tls-verify`, more clusters) is refused and not ignored: its author had a reason for it.
 * Throws KubeconfigRefused; its message quotes no value.
 */
export function kubeconfigParts(text: string): KubeconfigParts {
  if (Buffer.byteLength(text) > LIMIT_BYTES) throw new KubeconfigRefused(`it is larger than ${LIMIT_BYTES / 1024} KiB`);
  const parsed = document.safeParse(plain(text));
  if (!parsed.success) throw new KubeconfigRefused(faultOf(parsed.error));
  const [{ name: clusterName, cluster }] = parsed.data.clusters;
  const [{ name: userName, user }] = parsed.data.users;
  const [{ name: contextName, context }] = parsed.data.contexts;
  if (parsed.data['current-context'] !== contextName || context.cluster !== clusterName || context.user !== userName)
    throw new KubeconfigRefused('its current context does not name its cluster and its user');
  return {
    server: cluster.server,
    authority: cluster['certificate-authority-data'] ?? '',
    certificate: user['client-certificate-data'] ?? '',
    key: user['client-key-data'] ?? '',
  };
}

/** Throws KubeconfigRefused if one is missing. */
export function kubeconfigOfParts({ server: address, authority, certificate, key }: KubeconfigParts): string {
  for (const [what, value] of Object.entries({ authority, certificate, key }))
    if (value === '') throw new KubeconfigRefused(`it contains no ${what}`);
  const [cluster, user] = ['appliance', 'admin'];
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: cluster, cluster: { server: address, 'certificate-authority-data': authority } }],
      users: [{ name: user, user: { 'client-certificate-data': certificate, 'client-key-data': key } }],
      contexts: [{ name: `${user}@${cluster}`, context: { cluster, user } }],
      'current-context': `${user}@${cluster}`,
    },
    { lineWidth: 0 },
  );
}

/** No anchors, aliases and tags: the format needs none, and they can make a small text a large one. */
function plain(text: string): unknown {
  const parsed = parseDocument(text, { uniqueKeys: true });
  if (parsed.errors.length > 0 || !isMap(parsed.contents))
    throw new KubeconfigRefused('it is not a kubeconfig in YAML');
  let isPlain = true;
  visit(parsed, {
    Alias: () => {
      isPlain = false;
      return visit.BREAK;
    },
  });
  if (!isPlain) throw new KubeconfigRefused('it contains aliases');
  return parsed.toJS();
}

function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const at = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys')
    return `it contains ${issue.keys.map((key) => JSON.stringify(key.slice(0, 60))).join(', ')}${at && ` in ${at}`}, which is not cluster access data`;
  if (issue?.code === 'too_big' || issue?.code === 'too_small') return `${at} does not contain exactly one entry`;
  return `${at || 'it'} ${issue?.message ?? 'is not as expected'}`;
}
