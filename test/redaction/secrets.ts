/** A way to write a secret down. */
export type Form = readonly [what: string, text: (secret: string) => string];

/** What people and programs choose: with and without signs, some of letters alone. */
export const SECRETS = ['hunter2horse', 'Tr0ub4dor&3xyz', 'correcthorsebattery', 'q7!Zp_2w#L', 'S3cr3t/With+Sl4sh='];

export const wide = (text: string): string =>
  text.replaceAll(/[!-~]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0));

/** As the secret may come through: as it is, or as the form itself encodes it. */
export const written = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  encodeURIComponent(encodeURIComponent(secret)),
  wide(secret),
  ...[secret, secret.repeat(3), `a:${secret}`, `DB_PASSWORD=${secret}`, `\0a\0${secret}`].map((one) => btoa(one)),
  'abcdef.0123456789abcdef',
  'Q'.repeat(20),
  'a1B2'.repeat(4),
];
