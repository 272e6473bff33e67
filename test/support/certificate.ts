import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const DAY_MS = 24 * 3_600_000;

/** A key and its certificate, as PEM. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

/** For 127.0.0.1, signing itself; made without a program, for two days unless said otherwise. */
export function selfSigned(
  commonName: string,
  from = new Date(Date.now() - DAY_MS),
  to = new Date(Date.now() + DAY_MS),
): Certified {
  return certified({ commonName, from, to }, null);
}

/** For 127.0.0.1, signed by an authority of that name, which is no server's own: programs tell the two apart. */
export function signedBy(authority: Certified & { readonly commonName: string }, commonName: string): Certified {
  const [from, to] = [new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS)];
  return certified({ commonName, from, to }, authority);
}

function certified(
  { commonName, from, to }: { readonly commonName: string; readonly from: Date; readonly to: Date },
  authority: { readonly commonName: string; readonly key: string } | null,
): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid('2a8648ce3d040302')); // ecdsa-with-SHA256
  const isAuthority = authority === null ? [der(0x01, Buffer.from([0xff]))] : [];
  const extensions = sequence(
    sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, sequence(...isAuthority))), // whether it is a CA
    sequence(oid('551d11'), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1]))))), // its address
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.from([1]), randomBytes(8)),
    algorithm,
    nameOf(authority?.commonName ?? commonName),
    sequence(time(from), time(to)),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signer = authority === null ? privateKey : createPrivateKey(authority.key);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, signer));
  const base64 = sequence(body, algorithm, signature).toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.trimEnd()}\n-----END CERTIFICATE-----\n`,
  };
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
}

/** One value of ASN.1: its tag, its length and what it holds. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const held = Buffer.concat(content);
  // The shortest form: Go refuses every other.
  const length =
    held.length < 0x80
      ? [held.length]
      : held.length < 0x100
        ? [0x81, held.length]
        : [0x82, held.length >> 8, held.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), held]);
}

const sequence = (...content: readonly Buffer[]): Buffer => der(0x30, ...content);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const time = (at: Date): Buffer =>
  der(
    0x17,
    Buffer.from(
      at
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  );
