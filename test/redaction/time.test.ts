import { describe, expect, it } from 'vitest';
import { redact } from '../../redaction/index.ts';

const SIZE = 64 * 1024;

/** Texts that a pattern with a careless repetition takes for ever to refuse; each is repeated up to the size. */
const HOSTILE: Readonly<Record<string, string>> = {
  'names without a value': 'token.',
  'one name': 'a',
  'names and dashes': 'token-',
  'names and spaces': 'password ',
  'open quotes': 'password="',
  'open escaped quotes': '\\"token\\":\\"',
  'quotes and backslashes': '"\\',
  backslashes: '\\',
  'open brackets': 'tokens: [',
  'closing brackets': 'Password is -> ]',
  'words before a bracket': 'password for user a is ',
  spaces: ' ',
  'names, then spaces': 'secret    ',
  'spaces and lines': 'password:\n ',
  'begins of keys': '-----BEGIN PRIVATE KEY',
  'whole begins of keys': '-----BEGIN PRIVATE KEY-----\n',
  'ends of keys': 'AAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n',
  addresses: 'a://',
  'addresses with users': 'a://b:c',
  'dots before an address': 'a.a+',
  'encoded addresses': '%3A%2F%2F',
  'keys in base64': 'aB3/',
  'a run of dashes': 'aB3-_',
  'half tokens': 'eyJ-',
  'half tokens of services': 'sk-ghp_',
  dollars: '$2b$',
  commands: 'curl redis-cli ',
  logins: 'docker login -u ',
  colours: '\u001b[',
  'links of a terminal': '\u001b]8;;',
  'Secrets in YAML': 'kind: Secret\ndata:\n x: y\n',
  'Secrets in JSON': '"kind":"Secret" "data":{',
  '.pgpass': 'a:1:a:a',
  'users of PgBouncer': '"a" "',
  headers: 'authorization: a b=c ',
  cookies: 'cookie=a; ',
  commas: 'password=,;,;',
  ampersands: '?token=&&&',
  AUTH: 'AUTH a ',
  'names of variables': 'name: token\n',
  'variables and their values': '- name: token\n  value: x\n',
  'variables and open values': 'name: token value: "',
  'values before names': 'value: x name: token {',
  'blocks of values': 'name: token\n  value: |\n  x\n',
  'duplicate keys': 'Key (token)=(',
  'open elements': '<token>',
  elements: '<token>a</token>',
  'encoded settings': 'token%3D',
  'encoded joints': '%3D%22 value',
  'refused values': 'token: invalid value "',
  'names and refusals': 'a: invalid value "x\\"',
  'doubled quotes': "password='a''",
  'doubled quotes in SQL': "PASSWORD ''",
  'rules of psql': 'token\n-----\n',
  'columns of psql': 'token|',
  'headers of tables': 'a,token\n',
  'rows of tables': 'a,token\nx,',
  'quoted cells': 'a,token\n",',
  'columns of kubectl': 'NAME  TOKEN\n',
  entities: '&amp;amp;quot',
  'half entities': '&#000',
  'wide letters': '\uff54\uff1d',
  'flags in a list': '"--token","',
  'pairs in a list': '["token","',
  'items of a list': '\n- --token',
  'lines that go on': 'token=\\\n ',
  'open texts of several lines': 'token="""',
  'open CDATA': '<token><![CDATA[',
  'parts of a form': 'form-data; name="token"\nA: b\n',
  'literals of kubectl': '--from-literal=a',
  'refused rows': 'Failing row contains (',
  'values of a statement': "$1 = '",
  'doubled quotes of a statement': "$1 = 'a''",
  'calls of pgcrypto': 'pgp_sym_encrypt(a,',
  'inserted rows': 'insert into a (token) values (',
  'columns to insert': 'insert into a (token,',
  'variables of image files': '\nENV token ',
  'searches of LDAP': 'ldapsearch -w ',
  'texts up to a word': 'token=<<a\n',
  'texts up to a word that never comes': 'token=<<a\nb',
  'letters before a text': 'token=a'.padEnd(60, 'a').concat('<<'),
  'cells of a page': '<td>token</td><td>',
  'open cells of a page': '<td a="',
  'settings of Postgres': "set_config('token',",
  symbols: "[Symbol(token)]: '",
  'hashes of Postgres': "crypt('",
  bindings: 'bindings: [',
  'addresses of Go': 'a:b@tcp(',
  'colons of Go': 'a:@tcp(',
  'answers of MONITOR': '"AUTH" "',
  'Redis as it is spoken': '\nAUTH\n$1\n',
  'programs in a list': '"redis-cli", "a", ',
  'curl in a list': '"curl","-u",',
  'headers in a list': '"cookie","a=',
  'tokens to join with': 'abcdef.0123456789abcdef.',
  'mail addresses': 'a@b.c:',
  'parts of mail addresses': 'a@b.',
  'users and passes': 'user: a, pass: ',
  'JSON that is none': ', "a1b2c3',
  'literals of Kustomize': '\n literals:\n - a',
  'items of Kustomize': '\n literals:\n'.concat('- a=b\n'.repeat(20)),
  'pairs in a table': '| token | ',
  'rows of pairs': '| token | a |\n',
  'copied tables': 'COPY a (token) FROM stdin;\n',
  lookalikes: 'p\u0430',
  'escaped letters': '\\u0041',
  'half escapes': '\\\\\\x',
  'numbers of letters': '&#112;',
  markup: 'token: ** ',
  'lines without a value': 'token:\n\n',
  paths: '"path":["token"],',
  'words received': 'token: received "',
  'hashes in an address': 'a://b:#@',
  'slashes in an address': 'a://b:c@/=@',
};

/** Processor time, in milliseconds: what else the machine does meanwhile is not counted. */
function millisecondsFor(text: string): number {
  const began = process.cpuUsage();
  redact(text);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** The best of some: collecting garbage only ever adds. */
function best(text: string, tries = 5): number {
  return Math.min(...Array.from({ length: tries }, () => millisecondsFor(text)));
}

describe('time grows with the length of the text alone', () => {
  it.each(Object.entries(HOSTILE))('%s', (_name, unit) => {
    const text = unit.repeat(Math.ceil(SIZE / unit.length));
    const quarter = text.slice(0, text.length / 4);
    let [one, four] = [best(quarter), best(text)];
    // Four times as much for a text four times as long; the square would be sixteen times. A disturbed measurement is made again.
    const isFar = () => four / Math.max(one, 4) > 8;
    for (let again = 0; again < 4 && isFar(); again += 1) [one, four] = [best(quarter), Math.min(four, best(text))];
    expect(isFar(), `${four.toFixed(1)} ms for 64 KB, ${one.toFixed(1)} ms for 16 KB`).toBe(false);
    // The figure is 50 ms on a machine that does nothing else.
    expect(four).toBeLessThan(150);
  });

  it('of a megabyte of ordinary log too', () => {
    const line =
      '2026-05-01T12:00:00Z INFO server: token refreshed for user 17, GET /api/x?id=3 200 in 12 ms [req=ab12]\n';
    expect(best(line.repeat(10_000), 2)).toBeLessThan(3_000);
  });
});
