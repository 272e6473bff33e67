import { X509Certificate, createHash, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { TLSConfig } from '@temporalio/client';
import { privateFolder } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { operatorFolder } from '../site-folder/operator.ts';

const DAY_MS = 24 * 60 * 60_000;
/**
 * A program keeps its certificate in memory for as long as it runs. A certificate is renewed when half of its time is left, so a program
 * that runs for less than a year never uses an expired one.
 */
const LEAF_DAYS = 2 * 365;
const LEAF_LEAST_DAYS = 365;
const AUTHORITY_DAYS = 20 * 365;
const AUTHORITY_LEAST_DAYS = LEAF_DAYS;
/** So that a clock that is set back a little does not make a new certificate invalid. */
const BACKDATED_MS = DAY_MS;

const AUTHORITY = 'authority.pem';
const AUTHORITY_KEY = 'authority.key';
/** The name in the certificates, independent of the address. */
export const SERVER_NAME = 'local-server.alga-psa-appliance';

type Use = 'server' | 'client';
type LeafFile = 'server.pem' | 'client.pem' | 'node.pem';
/** Each file contains a private key and its certificate, so that both are replaced in one step. */
const LEAVES: readonly { readonly file: LeafFile; readonly uses: readonly Use[] }[] = [
  // The frontend, to which clients connect.
  { file: 'server.pem', uses: ['server'] },
  // Client and worker.
  { file: 'client.pem', uses: ['client'] },
  // The server's parts among themselves.
  { file: 'node.pem', uses: ['server', 'client'] },
];

/** The certificates of one local server, by their files. */
export interface LocalCertificates {
  readonly folder: string;
  /** The digest of the authority's certificate: a client that trusts another one cannot connect to this server. */
  readonly authority: string;
  readonly authorityFile: string;
  readonly serverFile: string;
  readonly clientFile: string;
  readonly nodeFile: string;
}

/**
 * The folder of the local server's certificates: in the operator's state folder on this machine, and not with the sites, which are
 * copied. One authority for each `home`, so that no server accepts another's client, or another server as a part of itself.
 */
export async function certificatesFolder(home: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const path = await realpath(home).catch(() => home);
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return operatorFolder(environment).path(join('local-server', name));
}

/**
 * The certificates in that folder; those that are missing, damaged or about to expire are created first, and all of them if that is the
 * authority's. Call it from one process at a time.
 */
export async function ensureCertificates(path: string, now: Date): Promise<LocalCertificates> {
  const folder = privateFolder(path);
  const authority = await readAuthority(folder, now);
  if (!authority) {
    const { makeAuthority } = await import('./make-certificates.ts');
    const made = await makeAuthority(
      'Alga PSA appliance, local Temporal server',
      from(now),
      until(now, AUTHORITY_DAYS),
    );
    await folder.write(AUTHORITY_KEY, made.key);
    await folder.write(AUTHORITY, made.certificate);
  }
  const present = authority ?? (await readAuthority(folder, now));
  if (!present) throw new Error(`${folder.path(AUTHORITY)} does not contain what was just written to it`);
  for (const { file, uses } of LEAVES) {
    if (await isGood(folder, file, present.certificate, now)) continue;
    const { makeLeaf } = await import('./make-certificates.ts');
    const leaf = await makeLeaf({
      name: `local Temporal server: ${file.replace('.pem', '')}`,
      uses,
      dnsName: SERVER_NAME,
      address: '127.0.0.1',
      from: from(now),
      until: until(now, LEAF_DAYS),
      authority: { certificate: present.certificate.toString(), key: present.key },
    });
    await folder.write(file, `${leaf.key}${leaf.certificate}`);
  }
  return described(folder, present.certificate);
}

/** Whether every certificate of that folder exists and has more than half of its time left. */
export async function areFresh(path: string, now: Date): Promise<boolean> {
  const folder = privateFolder(path);
  const authority = await readAuthority(folder, now);
  if (!authority) return false;
  const good = await Promise.all(LEAVES.map(({ file }) => isGood(folder, file, authority.certificate, now)));
  return good.every(Boolean);
}

/** The digest of the authority in that folder; null if there is none. */
export async function authorityOf(path: string): Promise<string | null> {
  return certificateIn(await privateFolder(path).read(AUTHORITY))?.fingerprint256 ?? null;
}

/** What client and worker present and trust; null if it is missing, unreadable or must be renewed. */
export async function clientTls(path: string, now: Date): Promise<TLSConfig | null> {
  const folder = privateFolder(path);
  const [authority, client] = await Promise.all([folder.read(AUTHORITY), folder.read('client.pem')]).catch(
    (): [null, null] => [null, null],
  );
  const certificate = certificateIn(client);
  if (!authority || !client || !certificate || !lasts(certificate, LEAF_LEAST_DAYS, now)) return null;
  const pem = Buffer.from(client);
  return {
    serverNameOverride: SERVER_NAME,
    serverRootCACertificate: Buffer.from(authority),
    clientCertPair: { crt: pem, key: pem },
  };
}

/** The same as variables of Temporal's own programs: https://docs.temporal.io/develop/environment-configuration */
export function clientVariables(path: string): Readonly<Record<string, string>> {
  const folder = privateFolder(path);
  return {
    TEMPORAL_TLS_CLIENT_CERT_PATH: folder.path('client.pem'),
    TEMPORAL_TLS_CLIENT_KEY_PATH: folder.path('client.pem'),
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: folder.path(AUTHORITY),
    TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
  };
}

function described(folder: PrivateFolder, authority: X509Certificate): LocalCertificates {
  return {
    folder: folder.root,
    authority: authority.fingerprint256,
    authorityFile: folder.path(AUTHORITY),
    serverFile: folder.path('server.pem'),
    clientFile: folder.path('client.pem'),
    nodeFile: folder.path('node.pem'),
  };
}

interface Authority {
  readonly certificate: X509Certificate;
  /** PKCS #8, PEM. */
  readonly key: string;
}

async function readAuthority(folder: PrivateFolder, now: Date): Promise<Authority | null> {
  const [text, key] = await Promise.all([folder.read(AUTHORITY), folder.read(AUTHORITY_KEY)]);
  const certificate = certificateIn(text);
  const secret = keyIn(key);
  if (!certificate || !secret || key === null) return null;
  return certificate.checkPrivateKey(secret) && lasts(certificate, AUTHORITY_LEAST_DAYS, now)
    ? { certificate, key }
    : null;
}

async function isGood(folder: PrivateFolder, file: LeafFile, authority: X509Certificate, now: Date): Promise<boolean> {
  const text = await folder.read(file);
  const certificate = certificateIn(text);
  const key = keyIn(text);
  return (
    certificate !== null &&
    key !== null &&
    certificate.checkPrivateKey(key) &&
    certificate.verify(authority.publicKey) &&
    lasts(certificate, LEAF_LEAST_DAYS, now)
  );
}

function lasts({ validFrom, validTo }: X509Certificate, days: number, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && Date.parse(validTo) >= now.getTime() + days * DAY_MS;
}

/** A file that was damaged by a full disk or a person counts as missing. */
function certificateIn(text: string | null): X509Certificate | null {
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text ?? '')?.[0];
  if (pem === undefined) return null;
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function keyIn(text: string | null): KeyObject | null {
  const pem = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text ?? '')?.[0];
  if (pem === undefined) return null;
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function from(now: Date): Date {
  return new Date(now.getTime() - BACKDATED_MS);
}

function until(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}
