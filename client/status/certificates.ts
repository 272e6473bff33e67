import { X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { connect } from 'node:tls';
import { z } from 'zod';
import { advise, named, run } from '../../model/advice.ts';
import type { AdvicePart, Word } from '../../model/advice.ts';
import { PORTS } from '../../model/appliance.ts';
import { anywhere, renderAdvice } from '../../model/render-advice.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { kubeconfigPathOf } from '../site/kubeconfig.ts';
import { FileRefused, readGiven } from '../terminal/given-file.ts';
import type { Site } from '../site/site.ts';

/** The validity of one certificate that a site needs. */
export interface CertificateRow {
  readonly siteId: string;
  readonly certificate: 'talosconfig' | 'kubeconfig' | 'API server';
  /** The file that holds it, or the address that shows it. */
  readonly at: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Whole days until its end; negative once it is past. */
  readonly daysLeft: number | null;
  /** `unanswered`: the API server did not answer; `status` reports that. */
  readonly state: 'valid' | 'ending' | 'expired' | 'not-yet-valid' | 'unreadable' | 'unanswered';
  /** What is wrong and what to do about it; null if nothing is. */
  readonly problem: string | null;
}

const DAY_MS = 24 * 3_600_000;
const WARN_DAYS = 30;
/** A certificate with a shorter life than this is renewed by its issuer, long before a warning would help. */
const SHORT_LIFE_DAYS = 60;
const PATIENCE_MS = 3_000;
/** Far more than the files of any cluster hold. */
const MOST_BYTES = 1_048_576;

/** The certificates by which this machine reaches the site, and the one of its API server. Sends no credentials. */
export async function certificatesOf(site: Site, now: Date, signal: AbortSignal): Promise<CertificateRow[]> {
  if (site.simulated) return [];
  const talosconfig = site.record?.spec.existingCluster.talosconfig ?? site.folder.path(SITE_FILES.talosconfig);
  const kubeconfig = kubeconfigPathOf(site);
  const rows = [rowOf(site, now, 'talosconfig', talosconfig, await talosCertificate(talosconfig, signal))];
  if (kubeconfig !== null)
    rows.push(
      rowOf(site, now, 'kubeconfig', kubeconfig, await kubeCertificate(kubeconfig, signal)),
      await serverRow(site, now, kubeconfig, signal),
    );
  return rows.filter((row) => row !== null);
}

/** What was found at a certificate's place: the certificate, why it cannot be read, or null for none. */
type Found = { readonly certificate: X509Certificate } | { readonly fault: string } | null;

const talosConfig = z.object({
  context: z.string(),
  contexts: z.record(z.string(), z.looseObject({ crt: z.string().optional() })),
});

async function talosCertificate(path: string, signal: AbortSignal): Promise<Found> {
  return read(path, signal, talosConfig, async ({ context, contexts }) => {
    const crt = contexts[context]?.crt;
    return crt === undefined ? null : Buffer.from(crt, 'base64');
  });
}

const kubeConfig = z.object({
  'current-context': z.string(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(z.object({ name: z.string(), cluster: z.looseObject({ server: z.string() }) })),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.looseObject({
        'client-certificate-data': z.string().optional(),
        'client-certificate': z.string().optional(),
      }),
    }),
  ),
});

async function kubeCertificate(path: string, signal: AbortSignal): Promise<Found> {
  return read(path, signal, kubeConfig, async (config) => {
    const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
    const user = config.users.find(({ name }) => name === context?.user)?.user;
    const [data, file] = [user?.['client-certificate-data'], user?.['client-certificate']];
    if (data !== undefined) return Buffer.from(data, 'base64');
    // A token or a program in its place has no expiry that can be read here.
    return file === undefined ? null : Buffer.from(await textOf(resolve(dirname(path), file), signal));
  });
}

async function read<Value>(
  path: string,
  signal: AbortSignal,
  schema: z.ZodType<Value>,
  certificateIn: (config: Value) => Promise<Buffer | null>,
): Promise<Found> {
  try {
    const { parse } = await import('../terminal/yaml.ts');
    const config = schema.safeParse(parse(await textOf(path, signal)));
    if (!config.success) return { fault: `${config.error.issues[0]?.path.join('.') || 'everything'} is missing` };
    const pem = await certificateIn(config.data);
    return pem && { certificate: new X509Certificate(pem) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' && error instanceof Error && 'path' in error && error.path === path) return null;
    signal.throwIfAborted();
    if (error instanceof FileRefused) return { fault: `it ${error.message}` };
    // A parser's message may quote a key from the file.
    return { fault: /^E[A-Z]+$/.test(code) ? code : 'it contains no valid certificate, or no such file' };
  }
}

async function textOf(path: string, signal: AbortSignal): Promise<string> {
  return (await readGiven(path, { most: MOST_BYTES, signal, patienceMs: PATIENCE_MS })).toString('utf8');
}

function rowOf(
  site: Site,
  now: Date,
  certificate: CertificateRow['certificate'],
  at: string,
  found: Found,
): CertificateRow | null {
  if (found === null) return null;
  const row = { siteId: site.siteId, certificate, at };
  if ('fault' in found) {
    const problem = `${at} cannot be read: ${found.fault}. ${renewal(site, certificate, at, true)}`;
    return { ...row, from: null, to: null, daysLeft: null, state: 'unreadable', problem };
  }
  const { validFromDate: from, validToDate: to } = found.certificate;
  const left = to.getTime() - now.getTime();
  const lifeDays = (to.getTime() - from.getTime()) / DAY_MS;
  const daysLeft = Math.floor(left / DAY_MS);
  const state =
    left < 0
      ? 'expired'
      : from > now
        ? 'not-yet-valid'
        : daysLeft < WARN_DAYS && lifeDays >= SHORT_LIFE_DAYS
          ? 'ending'
          : 'valid';
  const what = certificate === 'API server' ? `The certificate of the API server at ${at}` : `The certificate in ${at}`;
  const words = {
    valid: null,
    ending: `${what} expires on ${dayOf(to)}, in ${daysLeft} days. ${renewal(site, certificate, at, false)}`,
    expired: `${what} expired on ${dayOf(to)}. ${renewal(site, certificate, at, true)}`,
    'not-yet-valid': `${what} is valid from ${from.toISOString()}, but this machine's clock says ${now.toISOString()}. Correct the clock of this machine, or of the one that issued the certificate.`,
  };
  return { ...row, from: from.toISOString(), to: to.toISOString(), daysLeft, state, problem: words[state] };
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** Talos issues a talosconfig and a kubeconfig for a year, and new ones on request; a node renews its own certificate itself. */
function renewal(site: Site, certificate: CertificateRow['certificate'], at: string, isOver: boolean): string {
  const { record, folder } = site;
  if (certificate === 'API server')
    return `Talos renews it automatically: check the node's clock, and restart the node if the clock is correct.`;
  const own = certificate === 'talosconfig' ? SITE_FILES.talosconfig : SITE_FILES.kubeconfig;
  if (!record || at !== folder.path(own))
    return 'Renew it where it was created: this site only uses the file that it was given.';
  const { nodeIp, spec } = record;
  const talosconfig = spec.existingCluster.talosconfig ?? folder.path(SITE_FILES.talosconfig);
  const talosctl = (...args: readonly Word[]): AdvicePart => run('talosctl', '--talosconfig', talosconfig, ...args);
  const onNode = (...args: readonly Word[]): AdvicePart => talosctl('--nodes', nodeIp, ...args);
  const fresh = `${at}.new`;
  const replace = run('mv', fresh, at);
  const advice =
    certificate === 'kubeconfig'
      ? advise`Write a new one: ${onNode('kubeconfig', '--merge=false', '--force', at)}.`
      : isOver
        ? advise`Create a new one from the site's secrets: ${run(
            'talosctl',
            'gen',
            'config',
            '--with-secrets',
            folder.path(SITE_FILES.secrets),
            '--output-types',
            'talosconfig',
            '--output',
            fresh,
            named(spec.clusterName, 'cluster'),
            `https://${nodeIp}:${PORTS.kubernetes}`,
          )}, then ${replace} and ${talosctl('config', 'endpoint', nodeIp)}.`
        : advise`Have the node issue a new one: ${onNode('config', 'new', fresh)}, then ${replace}.`;
  return renderAdvice(advice, anywhere(null));
}

async function serverRow(
  site: Site,
  now: Date,
  kubeconfig: string,
  signal: AbortSignal,
): Promise<CertificateRow | null> {
  const server = await serverIn(kubeconfig, signal);
  if (!server) return null;
  const port = Number(server.port || 443);
  const certificate = await shownBy(server.hostname.replace(/^\[|\]$/g, ''), port, signal);
  const at = server.host;
  if (certificate) return rowOf(site, now, 'API server', at, { certificate });
  const row = { siteId: site.siteId, certificate: 'API server', at } as const;
  return { ...row, from: null, to: null, daysLeft: null, state: 'unanswered', problem: null };
}

/** A file that cannot be read is reported with its own row, not again here. */
async function serverIn(kubeconfig: string, signal: AbortSignal): Promise<URL | null> {
  try {
    const { parse } = await import('../terminal/yaml.ts');
    const config = kubeConfig.parse(parse(await textOf(kubeconfig, signal)));
    const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
    const url = new URL(config.clusters.find(({ name }) => name === context?.cluster)?.cluster.server ?? '');
    return url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}

/** The certificate of a TLS server, or null when it shows none in time. Nothing is trusted or sent. */
function shownBy(host: string, port: number, signal: AbortSignal): Promise<X509Certificate | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((done) => {
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: PATIENCE_MS });
    const end = (certificate: X509Certificate | null): void => {
      clearTimeout(patience);
      signal.removeEventListener('abort', give);
      socket.destroy();
      done(certificate);
    };
    const give = (): void => end(null);
    // The socket's own time-out restarts with every byte.
    const patience = setTimeout(give, PATIENCE_MS);
    signal.addEventListener('abort', give, { once: true });
    socket.once('timeout', give);
    socket.once('error', give);
    socket.once('secureConnect', () => end(socket.getPeerX509Certificate() ?? null));
  });
}
