import { X509Certificate } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { areFresh, clientTls, ensureCertificates } from '../../temporal/certificates.ts';
import { temporaryFolder } from '../client/support/run-client.ts';

const DAY_MS = 24 * 60 * 60_000;
const NOW = new Date('2026-06-01T12:00:00Z');
const after = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);
const LEAVES = ['server.pem', 'client.pem', 'node.pem'];

async function texts(folder: string, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

test('one authority signs a server, a client and the parts of the server; a second look makes nothing', async () => {
  const folder = join(await temporaryFolder(), 'set');
  const { authority } = await ensureCertificates(folder, NOW);
  const [ca = '', ...leaves] = await texts(folder, ['authority.pem', ...LEAVES]);
  const issuer = new X509Certificate(ca);
  expect([issuer.ca, issuer.fingerprint256]).toEqual([true, authority]);
  const found = leaves.map((text) => new X509Certificate(text));
  expect(found.map((leaf) => [leaf.ca, leaf.checkIssued(issuer), leaf.verify(issuer.publicKey)])).toEqual(
    found.map(() => [false, true, true]),
  );
  expect(found.map(({ keyUsage }) => keyUsage)).toEqual([
    ['1.3.6.1.5.5.7.3.1'],
    ['1.3.6.1.5.5.7.3.2'],
    ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
  ]);
  expect(found.map((leaf) => leaf.checkIP('127.0.0.1'))).toEqual(found.map(() => '127.0.0.1'));
  expect(await areFresh(folder, NOW)).toBe(true);
  await ensureCertificates(folder, NOW);
  expect(await texts(folder, ['authority.pem', ...LEAVES])).toEqual([ca, ...leaves]);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('they are renewed after half of their time, by the same authority; a process may hold the old one for a year more', async () => {
  const folder = join(await temporaryFolder(), 'set');
  const { authority } = await ensureCertificates(folder, NOW);
  const before = await texts(folder, LEAVES);
  expect([await areFresh(folder, after(364)), await areFresh(folder, after(366))]).toEqual([true, false]);
  expect(await clientTls(folder, after(366))).toBeNull();
  const held = new X509Certificate(before[1] ?? '');
  expect(Date.parse(held.validTo)).toBeGreaterThan(after(366 + 363).getTime());
  expect((await ensureCertificates(folder, after(366))).authority).toBe(authority);
  const renewed = await texts(folder, LEAVES);
  expect(renewed.filter((text) => before.includes(text))).toEqual([]);
  expect(await clientTls(folder, after(366))).not.toBeNull();
});

test('an authority that would end before those it signs makes place for another, and all are made anew', async () => {
  const folder = join(await temporaryFolder(), 'set');
  const { authority } = await ensureCertificates(folder, NOW);
  const later = after(18 * 365 + 1);
  const second = await ensureCertificates(folder, later);
  expect(second.authority).not.toBe(authority);
  expect(await areFresh(folder, later)).toBe(true);
});

test.each(['authority.pem', 'authority.key', ...LEAVES])(
  'where %s is spoiled or missing, the set is whole again',
  async (name) => {
    for (const spoiled of ['', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
      const folder = join(await temporaryFolder(), 'set');
      await ensureCertificates(folder, NOW);
      await writeFile(join(folder, name), spoiled);
      expect(await areFresh(folder, NOW)).toBe(false);
      await ensureCertificates(folder, NOW);
      expect(await areFresh(folder, NOW)).toBe(true);
    }
  },
);

test('a certificate of another authority does not pass for one of this', async () => {
  const [one, two] = [join(await temporaryFolder(), 'set'), join(await temporaryFolder(), 'set')];
  await Promise.all([ensureCertificates(one, NOW), ensureCertificates(two, NOW)]);
  await writeFile(join(one, 'client.pem'), await readFile(join(two, 'client.pem'), 'utf8'));
  expect(await areFresh(one, NOW)).toBe(false);
});
