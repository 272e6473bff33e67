import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, withoutSecrets } from '../../redaction/index.ts';
import { applianceSecrets } from '../../scripts/appliance-secrets.ts';

/** A failure is found again by its seed. */
const RUNS = { seed: 20_260_501, numRuns: 1_500 };

const NAMES = [
  ...applianceSecrets(),
  'password',
  'PGPASSWORD',
  'clientSecret',
  'client_secret',
  'x-api-key',
  'apiKey',
  'API_TOKEN',
  'SMTP_PASS',
  'userPwd',
  'aws_secret_access_key',
  'spring.datasource.password',
  'refresh_token',
  'session-token',
  'encryptionKey',
  'private_key',
  'vendor.example/token',
  'passphrase',
];
const name = fc.constantFrom(...NAMES);
/** What people and programs make: with signs that a line of settings itself uses, but for the quotes and spaces of the shape. */
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9!#%*+_.~^-]{8,24}[0-9][A-Z]$/);
const own = fc.stringMatching(/^[A-Za-z0-9]{46}[0-9][a-z]$/).filter((text) => /[A-Z]/.test(text));

type Shape = (name: string, secret: string) => string;

const JOINTS: readonly Shape[] = [
  (n, s) => `${n}=${s}`,
  (n, s) => `${n} = ${s}`,
  (n, s) => `${n}: ${s}`,
  (n, s) => `${n} : ${s}`,
  (n, s) => `${n}:${s}`,
  (n, s) => `${n} => ${s}`,
  (n, s) => `${n} -> [ ${s} ]`,
  (n, s) => `${n} is -> [ ${s} ]`,
  (n, s) => `${n} is: ${s}`,
  (n, s) => `${n}="${s}"`,
  (n, s) => `${n}='${s}'`,
  (n, s) => `"${n}":"${s}"`,
  (n, s) => `"${n}": "${s}"`,
  (n, s) => `'${n}': '${s}'`,
  (n, s) => `\\"${n}\\":\\"${s}\\"`,
  (n, s) => `--${n}=${s}`,
  (n, s) => `--${n.replace('vendor.example/', '')} ${s}`,
  (n, s) => `"${n}":["${s}","${s}"]`,
  (n, s) => `"${n}":{"a":"${s}"}`,
  (n, s) => `${n}:\n    ${s}\n`,
];
const FRAMES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `2026-05-01T12:00:00.000Z INFO  server: ${text}`,
  (text) => `{"level":30,"msg":${JSON.stringify(text)},"pid":1}`,
  (text) => `\u001b[32m${text}\u001b[0m`,
  (text) => `starting with ${text}, host=db port=5432`,
  (text) => `map[${text} user:app]`,
  (text) => `first line\n${text}\nlast line`,
  (text) => `I1130 12:00:00.1 1 main.go:12] (${text})`,
  (text) => `export ${text}`,
  (text) => `env: [${text}]`,
];
/** Secrets that say themselves what they are. */
const BARE: readonly ((secret: string) => string)[] = [
  (s) => `postgres://app:${s}@db:5432/server`,
  (s) => `Authorization: Bearer ${s}`,
  (s) => `curl -u admin:${s} http://x`,
  (s) => `ALTER ROLE app PASSWORD '${s}'`,
  (s) => `redis-cli -a ${s} ping`,
  (s) => `-----BEGIN PRIVATE KEY-----\n${s}\n-----END PRIVATE KEY-----`,
];

describe('secrets of two hundred shapes', () => {
  it('never come through', () => {
    expect(JOINTS.length * FRAMES.length).toBeGreaterThanOrEqual(200);
    fc.assert(
      fc.property(name, word, fc.constantFrom(...JOINTS), fc.constantFrom(...FRAMES), (n, secret, joint, frame) => {
        const text = frame(joint(n, secret));
        expect(redact(text), text).not.toContain(secret);
      }),
      RUNS,
    );
  });

  it('nor those that need no name', () => {
    fc.assert(
      fc.property(word, fc.constantFrom(...BARE), fc.constantFrom(...FRAMES), (secret, bare, frame) => {
        const text = frame(bare(secret));
        expect(redact(text), text).not.toContain(secret);
      }),
      RUNS,
    );
  });

  it('nor what the charts make, wherever it stands', () => {
    const places = fc.constantFrom('', ' ', ':', '"', '=', '/', '(', '[', '@', ',');
    const ends = fc.constantFrom('', ' ', '.', ',', '"', ')', ':', '.db.msp', '@db', '\n');
    fc.assert(
      fc.property(own, places, ends, (secret, before, after) => {
        expect(redact(`seen${before}${before === '' ? ' ' : ''}${secret}${after}`)).not.toContain(secret);
      }),
      RUNS,
    );
  });

  it('nor with colours anywhere in the line', () => {
    fc.assert(
      fc.property(name, word, fc.nat(60), fc.nat(60), (n, secret, one, two) => {
        let text = `${n}=${secret}`;
        for (const at of [Math.max(one, two), Math.min(one, two)])
          text = `${text.slice(0, at)}\u001b[${at}m${text.slice(at)}`;
        expect(redact(text)).not.toContain(secret);
        expect(redact(text)).not.toContain('\u001b');
      }),
      RUNS,
    );
  });

  it('and a second time changes nothing', () => {
    fc.assert(
      fc.property(name, word, fc.constantFrom(...JOINTS), fc.constantFrom(...FRAMES), (n, secret, joint, frame) => {
        const once = redact(frame(joint(n, secret)));
        expect(redact(once)).toBe(once);
      }),
      RUNS,
    );
  });

  it('nor any text, however it is made, is an error or longer than it was by more than the marks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(typeof redact(text)).toBe('string');
        expect(withoutSecrets({ text, list: [text] })).toHaveProperty('text');
      }),
      RUNS,
    );
  });
});
