// @peculiar/x509 requires it before its own code runs.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const KEYS = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const SERIAL_BYTES = 16;
const USES = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth } as const;

/** A certificate with its key, both as PEM. */
interface Made {
  readonly certificate: string;
  readonly key: string;
}

/** Creates an authority: a self-signed certificate that signs leaf certificates only. */
export async function makeAuthority(name: string, from: Date, until: Date): Promise<Made> {
  const keys = await webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${quoted(name)}`,
    notBefore: from,
    notAfter: until,
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await keyPem(keys.privateKey) };
}

interface LeafOptions {
  readonly name: string;
  readonly uses: readonly (keyof typeof USES)[];
  readonly dnsName: string;
  readonly address: string;
  readonly from: Date;
  readonly until: Date;
  /** The signer, as PEM; the key is PKCS #8. */
  readonly authority: Made;
}

/** Creates a key and its certificate for a server, a client or both, signed by the authority. */
export async function makeLeaf(options: LeafOptions): Promise<Made> {
  const { name, uses, dnsName, address, authority } = options;
  const keys = await webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']);
  const [pkcs8 = new ArrayBuffer()] = PemConverter.decode(authority.key);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${quoted(name)}`,
    issuer: new X509Certificate(authority.certificate).subject,
    notBefore: options.from,
    notAfter: options.until,
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, KEYS, false, ['sign']),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(uses.map((use) => USES[use])),
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: address },
        { type: 'dns', value: dnsName },
      ]),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await keyPem(keys.privateKey) };
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** Positive, whatever the first bit is. */
function serialNumber(): string {
  return `00${randomBytes(SERIAL_BYTES).toString('hex')}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '')}"`;
}
