import { describe, expect, it } from 'vitest';
import { redact } from '../../redaction/index.ts';
import { type Form, SECRETS, written } from './secrets.ts';

/** What the forms of one secret write in base64; a long one may be broken into lines. */
const inBase64: string[] = [];
const coded = (text: string): string => {
  const code = btoa(text);
  inBase64.push(code.replaceAll('=', '').slice(0, 48));
  return code;
};

/** Secrets that are known by their form alone. */
const OWN_FORMS =
  /abcdef\.0123456789abcdef|(?:a1B2){3}|Q{10}|dBjftJeZ4|c3RvcmVkS2V5|RdescudvJ|wJalrXUtn|d41d8cd98f00|123456789012"/;

/** How the parts of this appliance, and what people run around it, write a secret down: tables, dumps, requests, encodings. */
const FORMS: readonly Form[] = [
  ['psql plain', (s) => ` id | email | hashed_password \n----+-------+-----------------\n  1 | a@b.c | ${s}\n(1 row)`],
  ['psql expanded', (s) => `-[ RECORD 1 ]---+------\nid              | 1\nhashed_password | ${s}`],
  ['csv mid quoted comma', (s) => `id,"name",api_key\n1,"a, b",${s}`],
  ['csv crlf', (s) => `id,token\r\n1,${s}\r\n`],
  ['csv spaced header', (s) => `id, user name, password\n1, ada l, ${s}`],
  ['md two word header', (s) => `| User name | Admin password |\n|---|---|\n| ada | ${s} |`],
  ['md no outer', (s) => `name | password\n--- | ---\nada | ${s}`],
  ['md code', (s) => '| name | `password` |\n|---|---|\n| ada | `' + s + '` |'],
  ['md bold', (s) => '| name | **Password** |\n|---|---|\n| ada | ' + s + ' |'],
  ['md rows as fields', (s) => `| Field | Value |\n|---|---|\n| password | ${s} |`],
  ['box row', (s) => `│ password │ ${s} │`],
  ['html table row', (s) => `<tr><th>Password</th><td>${s}</td></tr>`],
  ['html dl', (s) => `<dt>password</dt><dd>${s}</dd>`],
  ['html input', (s) => `<input type="password" name="password" value="${s}">`],
  [
    'failing row string',
    (s) =>
      `ERROR: null value in column "x" violates not-null constraint\nDETAIL:  Failing row contains (a2f, null, ${s}, 2026-01-01 00:00:00+00).`,
  ],
  ['failing row json', (s) => JSON.stringify({ level: 50, detail: `Failing row contains (1, ${s}, x).` })],
  ['secret yaml data', (s) => `apiVersion: v1\ndata:\n  k: ${coded(s)}\nkind: Secret\nmetadata:\n  name: x`],
  [
    'secret json data',
    (s) => JSON.stringify({ apiVersion: 'v1', data: { k: coded(s) }, kind: 'Secret', metadata: { name: 'x' } }),
  ],
  [
    'secret list',
    (s) =>
      JSON.stringify(
        {
          apiVersion: 'v1',
          items: [{ apiVersion: 'v1', data: { k: coded(s) }, kind: 'Secret', metadata: { name: 'x' } }],
          kind: 'List',
        },
        null,
        2,
      ),
  ],
  [
    'secret list yaml',
    (s) =>
      `apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    k: ${coded(s)}\n  kind: Secret\n  metadata:\n    name: x\n- apiVersion: v1\n  data:\n    z: ${coded(s)}\n  kind: Secret\nkind: List`,
  ],
  ['secret describe', (s) => `Name: x\nType: Opaque\n\nData\n====\npassword: ${s}`],
  [
    'last applied',
    (s) =>
      `kubectl.kubernetes.io/last-applied-configuration: |\n  {"apiVersion":"v1","kind":"Secret","stringData":{"k":"${s}"}}`,
  ],
  [
    'last applied escaped',
    (s) =>
      JSON.stringify({
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
            apiVersion: 'v1',
            data: { k: coded(s) },
            kind: 'Secret',
          }),
        },
      }),
  ],
  ['jsonpath map', (s) => `map[POSTGRES_PASSWORD:${coded(s)}]`],
  ['env block b64', (s) => `ENV_B64=${coded(`NODE_ENV=production\nDB_PASSWORD_SERVER=${s}\nX=1\n`)}`],
  ['b64 json', (s) => `config: ${coded(JSON.stringify({ user: 'a', password: s }))}`],
  ['b64 yaml', (s) => `cloud-init: ${coded(`users:\n  - name: a\n    password: ${s}\n`)}`],
  ['b64 wrapped', (s) => `payload:\n  ${coded(`DB_PASSWORD=${s}\n`.repeat(5)).replace(/(.{64})/g, '$1\n  ')}`],
  [
    'dockerconfigjson',
    (s) => `.dockerconfigjson: ${coded(JSON.stringify({ auths: { 'ghcr.io': { auth: coded('u:' + s) } } }))}`,
  ],
  ['docker auth', (s) => `{"auths":{"ghcr.io":{"auth":"${coded('u:' + s)}"}}}`],
  [
    'docker auth pretty',
    (s) => JSON.stringify({ auths: { 'ghcr.io': { auth: coded('u:' + s), email: 'a@b' } } }, null, 2),
  ],
  ['docker auths credsstore', (s) => `{"auths":{"ghcr.io":{"identitytoken":"${s}"}}}`],
  ['proxy auth', (s) => `Proxy-Authorization: Basic ${coded('a:' + s)}`],
  ['auth json header', (s) => JSON.stringify({ headers: { authorization: `Bearer ${s}` } })],
  ['auth arr header', (s) => JSON.stringify({ headers: [['authorization', `Bearer ${s}`]] })],
  ['rawHeaders', (s) => JSON.stringify({ rawHeaders: ['Host', 'x', 'Authorization', `Bearer ${s}`] })],
  ['digest auth', (s) => `Authorization: Digest username="a", response="${s}"`],
  ['www bearer kv', (s) => `> authorization: bearer ${s}`],
  ['curl verbose', (s) => `> Cookie: a=b; authjs.session-token=${s}`],
  ['set-cookie arr', (s) => JSON.stringify({ 'set-cookie': [`sid=${s}; Path=/`] })],
  ['cookie obj', (s) => JSON.stringify({ cookies: { sid: s } })],
  ['pgpass localhost', (s) => `localhost:5432:postgres:postgres:${s.replaceAll(':', '')}`],
  ['pgpass ip', (s) => `10.0.0.2:6432:server:app_user:${s}`],
  ['pgpass star', (s) => `*:*:*:postgres:${s}`],
  ['userlist', (s) => `"app_user" "${s}"`],
  ['userlist md5', () => `"app_user" "md5d41d8cd98f00b204e9800998ecf8427e"`],
  ['scram', () => `SCRAM-SHA-256$4096:c2FsdHNhbHQ=$c3RvcmVkS2V5:c2VydmVyS2V5`],
  ['urlenc upper', (s) => `Password%3A%20${encodeURIComponent(s)}`],
  ['urlenc amp', (s) => `redirect=%2Flogin%3Ftoken%3D${encodeURIComponent(s)}%26x%3D1`],
  ['plus form', (s) => `user=a+b&new_password=${encodeURIComponent(s)}&confirm_password=${encodeURIComponent(s)}`],
  [
    'json 4',
    (s) => JSON.stringify({ a: JSON.stringify({ m: JSON.stringify({ msg: JSON.stringify({ password: s }) }) }) }),
  ],
  ['json in yaml', (s) => `value: "{\\"password\\":\\"${s}\\"}"`],
  ['json number key', () => `{"password":123456789012}`],
  ['json array val', (s) => `{"passwords":["${s}","${s}x"]}`],
  ['json map val', (s) => `{"password":{"old":"${s}","new":"${s}"}}`],
  ['json unicode', (s) => `{"pass\\u0077ord":"${s}"}`],
  ['json slash', (s) => `{"db\\/password":"${s}"}`],
  ['json newline', (s) => `{\n  "password":\n    "${s}"\n}`],
  ['yaml next line', (s) => `password:\n  ${s}\nuser: a`],
  ['yaml list', (s) => `passwords:\n  - ${s}\n  - b`],
  ['yaml quoted', (s) => `"password": '${s}'`],
  ['yaml anchor', (s) => `password: &pw ${s}`],
  ['yaml tag', (s) => `password: !!str ${s}`],
  ['yaml binary', (s) => `password: !!binary ${coded(s)}`],
  ['yaml flow', (s) => `{user: a, password: ${s}}`],
  ['yaml block 3 lines', (s) => `clientSecret: |-\n  first ${s}\n  second ${s}\n  ${s}\nnext: 1`],
  ['yaml dash block', (s) => `- password: |\n    ${s}\n- x`],
  ['pem escaped', (s) => `"key":"-----BEGIN PRIVATE KEY-----\\n${coded(s.repeat(4))}\\n-----END PRIVATE KEY-----\\n"`],
  ['pem cut', (s) => `-----BEGIN EC PRIVATE KEY-----\n${coded(s.repeat(4))}\n${coded(s.repeat(4))}`],
  ['pem tail', (s) => `${coded(s.repeat(4))}\n-----END EC PRIVATE KEY-----`],
  [
    'pem prefixed',
    (s) =>
      `2026-01-01T00:00:00Z -----BEGIN PRIVATE KEY-----\n2026-01-01T00:00:00Z ${coded(s.repeat(4))}\n2026-01-01T00:00:00Z -----END PRIVATE KEY-----`,
  ],
  [
    'pem b64',
    (s) => `key: ${coded(`-----BEGIN EC PRIVATE KEY-----\n${coded(s.repeat(4))}\n-----END EC PRIVATE KEY-----`)}`,
  ],
  ['openssh', (s) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${coded(s.repeat(4))}\n-----END OPENSSH PRIVATE KEY-----`],
  ['jwt', () => `got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk ok`],
  ['kubeconfig pw', (s) => `  user:\n    username: a\n    password: ${s}`],
  [
    'kubeconfig json',
    (s) => JSON.stringify({ users: [{ name: 'a', user: { 'client-key-data': coded(s.repeat(3)), token: s } }] }),
  ],
  ['kubeconfig exec', (s) => `env:\n- name: AWS_SECRET_ACCESS_KEY\n  value: ${s}`],
  [
    'talos secrets',
    (s) => `secrets:\n    bootstraptoken: ${s}\n    secretboxencryptionsecret: ${s}\ntrustdinfo:\n    token: ${s}`,
  ],
  ['talos cluster', (s) => `cluster:\n    id: abc\n    secret: ${s}`],
  ['talosconfig', (s) => `context: a\ncontexts:\n    a:\n        key: ${coded(s.repeat(3))}`],
  ['talos serviceAccount', (s) => `serviceAccount:\n        key: ${coded(s.repeat(3))}`],
  ['talos luks', (s) => `keys:\n- static:\n    passphrase: ${s}\n  slot: 0`],
  ['talos patch json', (s) => `[{"op":"add","path":"/machine/token","value":"${s}"}]`],
  ['json patch yaml', (s) => `- op: replace\n  path: /data/password\n  value: ${s}`],
  ['bare bootstrap token', () => `node joined with abcdef.0123456789abcdef`],
  [
    'kubeadm',
    () => `kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:aa`,
  ],
  ['temporal cloud', (s) => `temporal workflow list --api-key=${s}`],
  ['temporal env', (s) => `TEMPORAL_CLIENT_API_KEY: "${s}"`],
  ['temporal toml', (s) => `[profile.default]\napi_key = "${s}"`],
  ['temporal codec', (s) => `TEMPORAL_CODEC_AUTH=${s}`],
  ['redis cli a', (s) => `redis-cli -h r -a ${s} ping`],
  ['redis cli pass', (s) => `redis-cli --pass ${s}`],
  ['redis auth user', (s) => `AUTH default ${s}`],
  ['redis monitor', (s) => `1700000.1 [0 127.0.0.1:5] "AUTH" "${s}"`],
  ['redis monitor2', (s) => `1700000.1 [0 127.0.0.1:5] "auth" "default" "${s}"`],
  ['redis hello', (s) => `HELLO 3 AUTH default ${s}`],
  ['redis acl', (s) => `ACL SETUSER app on >${s} ~* +@all`],
  ['redis resp', (s) => `*2\r\n$4\r\nAUTH\r\n$${s.length}\r\n${s}\r\n`],
  ['redis config get', (s) => `1) "requirepass"\n2) "${s}"`],
  ['ioredis', (s) => `Redis { options: { host: 'r', password: '${s}' } }`],
  ['pg config', (s) => `{ host: 'db', user: 'a', password: '${s}', port: 5432 }`],
  ['pg client', (s) => `Client { connectionParameters: ConnectionParameters { user: 'a', password: '${s}' } }`],
  ['libpq dq spaces', (s) => `host=db password = '${s} more' dbname=x`],
  ['url at in pw', (s) => `postgres://app:p@${s}@db:5432/server`],
  ['url slash pw', (s) => `postgresql://app:a/${s}@db:5432/server`],
  ['url colon pw', (s) => `postgres://app:x:${s}@db/server`],
  ['url hash', (s) => `postgres://app:#${s}@db/server`],
  ['url query', (s) => `https://x/y?sig=${encodeURIComponent(s)}&access_token=${encodeURIComponent(s)}`],
  ['url fragment', (s) => `https://x/y#access_token=${encodeURIComponent(s)}`],
  ['reset link', (s) => `https://x/auth/reset-password?token=${encodeURIComponent(s)}`],
  ['jdbc semi', (s) => `jdbc:sqlserver://db;user=a;password=${s};x=1`],
  ['ado', (s) => `Server=db;User Id=a;Password=${s};`],
  ['ado pwd', (s) => `Data Source=x;Uid=a;Pwd=${s};`],
  ['dsn go', (s) => `a:${s}@tcp(db:3306)/x`],
  ['argv eq', (s) => `["node","x","--password=${s}"]`],
  ['argv lines', (s) => `[\n  "psql",\n  "--password",\n  "${s}"\n]`],
  ['argv escaped', (s) => JSON.stringify({ m: JSON.stringify(['x', '--token', s]) })],
  ['argv short', (s) => `["redis-cli","-a","${s}"]`],
  ['argv py repr', (s) => `Namespace(password='${s}', user='a')`],
  ['ps', (s) => `root 12 redis-server --requirepass ${s}`],
  ['shell dq', (s) => `--password "${s} and more"`],
  ['shell ansi', (s) => `--password $'${s}'`],
  ['shell cont', (s) => `psql \\\n  --password \\\n  ${s}`],
  ['heredoc', (s) => `export PGPASSWORD=$(cat <<E\n${s}\nE\n)`],
  ['set -x', (s) => `+ DB_PASSWORD='${s}'`],
  ['declare', (s) => `declare -x DB_PASSWORD="${s}"`],
  ['read from env -0', (s) => `A=b\0DB_PASSWORD=${s}\0C=d`],
  ['colour inside', (s) => `\u001b[32mpassword\u001b[39m: \u001b[33m'${s}'\u001b[39m`],
  ['colour mid value', (s) => `password=${s.slice(0, 4)}\u001b[31m${s.slice(4)}`],
  ['backspace', (s) => `password=x\b${s}`],
  ['wrapped value', (s) => `password=${s.slice(0, 5)}\\\n${s.slice(5)}`],
  ['soft hyphen', (s) => `pass\u00adword=${s}`],
  ['cyrillic homoglyph', (s) => `p\u0430ssword=${s}`],
  ['circled', (s) => `ⓟⓐⓢⓢⓦⓞⓡⓓ=${s}`],
  ['superscript', (s) => `ᵖᵃˢˢʷᵒʳᵈ=${s}`],
  ['ligature', (s) => `paßword token＝${s}`],
  ['vertical form colon', (s) => `password\ufe13${s}`],
  ['roman numeral', (s) => `ſecret=${s}`],
  ['entity decimal name', (s) => `&#112;assword=${s}`],
  ['entity tab', (s) => `password=&quot;${s}&quot;`],
  ['entity lt', (s) => `&lt;password&gt;${s}&lt;/password&gt;`],
  ['entity nbsp', (s) => `password:&nbsp;${s}`],
  ['entity hex lower name', (s) => `password&#x0003A;${s}`],
  ['js escape', (s) => `password\\x3d${s}`],
  ['js escape u', (s) => `password\\u003d${s}`],
  ['json u0026', (s) => `x?a=b\\u0026password=${s}`],
  ['go u003e', (s) => `password=\\u003e${s}`],
  ['entity in url', (s) => `/login?user=a&amp;password=${s}`],
  ['age lower', () => `age1 key AGE-SECRET-KEY-1${'Q'.repeat(58)}`],
  ['aws', () => `AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`],
  ['ghp', () => `ghp_${'a1B2'.repeat(9)}`],
  ['github_pat', () => `github_pat_${'a1B2'.repeat(15)}`],
  ['sk', () => `sk-proj-${'a1B2'.repeat(10)}`],
  ['stripe', () => `sk_live_${'a1B2'.repeat(6)}`],
  ['slack', () => `xoxb-123456789012-123456789012-${'a1B2'.repeat(6)}`],
  ['glpat', () => `glpat-${'a1B2'.repeat(5)}`],
  ['google', () => `AIza${'a1B2'.repeat(8)}abc`],
  ['npm', () => `npm_${'a1B2'.repeat(9)}`],
  ['wireguard', (s) => `PrivateKey = ${coded(s.repeat(3))}`],
  ['wg psk', (s) => `PresharedKey = ${coded(s.repeat(3))}`],
  ['wifi', (s) => `wpa_passphrase=${s}`],
  ['totp', (s) => `otpauth://totp/x?secret=${s.replaceAll('&', '')}&issuer=y`],
  ['bcrypt', () => `hash $2b$10$a1B2a1B2a1B2a1B2a1B2aeXyzXyzXyzXyzXyzXyzXyzXyzXyzXyzX`],
  ['argon', () => `$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG`],
  ['crypt', () => `root:$6$saltsalt$a1B2a1B2a1B2a1B2a1B2:19000:0`],
  ['sql copy', (s) => `COPY public.users (id, email, hashed_password) FROM stdin;\n1\ta@b\t${s}\n\\.`],
  ['sql insert returning', (s) => `insert into "users" ("id", "hashed_password") values (DEFAULT, '${s}') returning *`],
  ['sql insert multi', (s) => `INSERT INTO a (n, token) VALUES (1,'x1y2z3'),(2,'${s}')`],
  ['sql insert E', (s) => `INSERT INTO a (n, token) VALUES (1, E'${s}')`],
  ['sql upsert set', (s) => `ON CONFLICT DO UPDATE SET "token" = '${s}'`],
  ['sql set_config', (s) => `SELECT set_config('app.jwt_secret', '${s}', false)`],
  ['sql passwd valid', (s) => `CREATE USER a PASSWORD '${s}' VALID UNTIL 'infinity'`],
  ['sql $$', (s) => `ALTER USER app PASSWORD $$${s}$$`],
  ['sql crypt', (s) => `crypt('${s}', gen_salt('bf'))`],
  ['sql unicode', (s) => `ALTER ROLE app PASSWORD U&'${s}'`],
  ['pg statement', (s) => `STATEMENT:  ALTER USER app_user WITH PASSWORD '${s}';`],
  ['pg parameters pg16', (s) => `DETAIL:  Parameters: $1 = 'x', $2 = '${s}'`],
  ['knex debug', (s) => `{ sql: 'update users set hashed_password = ?', bindings: [ '${s}', 1 ] }`],
  ['knex error', (s) => `update "users" set "hashed_password" = '${s}' where "id" = 1 - relation does not exist`],
  ['copy line', (s) => `CONTEXT:  COPY users, line 1, column hashed_password: "${s}"`],
  ['from-env-file echo', (s) => `--from-literal="password=${s}"`],
  ['from-literal many', (s) => `--from-literal=a=b --from-literal=c="${s}"`],
  ['kustomize literals', (s) => `secretGenerator:\n- name: x\n  literals:\n  - k=${s}`],
  ['flux bootstrap', (s) => `flux create secret git x --password=${s}`],
  ['flux postBuild', (s) => `substitute:\n  DB_PASSWORD: ${s}`],
  ['helm values', (s) => `auth:\n  postgresPassword: ${s}\n  password: "${s}"`],
  ['helm error', (s) => `error converting YAML: db.password="${s}" is not valid`],
  ['diff helm', (s) => `-  password: ${s}\n+  password: ${s}x`],
  ['prose user pass', (s) => `username: admin, pass: ${s}`],
  ['prose initial', (s) => `Your initial admin password is: ${s}`],
  ['prose newline', (s) => `Your password is:\n\n    ${s}\n`],
  ['prose arrow uni', (s) => `password → ${s}`],
  ['prose equals many', (s) => `password == ${s}`],
  ['stars', (s) => `**Password:** ${s}`],
  ['md code', (s) => `password: \`${s}\``],
  ['vendor', (s) => `*************** User Password is -> [ ${s} ] ***************`],
  ['x-forwarded', (s) => `X-Vault-Token: ${s}`],
  ['grpc metadata', (s) => `metadata: { authorization: [ 'Bearer ${s}' ] }`],
  ['grpc Map', (s) => `Map(1) { 'authorization' => [ 'Bearer ${s}' ] }`],
  ['node Map', (s) => `Map(1) { 'password' => '${s}' }`],
  ['node array', (s) => `[ 'password', '${s}' ]`],
  ['zod', (s) => `{"code":"invalid","path":["password"],"received":"${s}"}`],
  ['zod input', (s) => `Invalid value for password: received "${s}"`],
  ['axios config', (s) => `config: { auth: { username: 'a', password: '${s}' } }`],
  ['form data obj', (s) => `FormData { password: [ '${s}' ] }`],
  ['symbol', (s) => `[Symbol(password)]: '${s}'`],
  ['private field', (s) => `#password: '${s}'`],
  ['proto text', (s) => `password: "${s}" user: "a"`],
  ['proto json', (s) => `"passwordValue":{"stringValue":"${s}"}`],
  ['otlp attr', (s) => `{"key":"db.password","value":{"stringValue":"${s}"}}`],
  ['systemd', (s) => `Environment="DB_PASSWORD=${s}" "A=b"`],
  ['compose', (s) => `environment:\n  - POSTGRES_PASSWORD=${s}`],
  ['k8s env json', (s) => `{"name":"DB_PASSWORD","value":"${s}"}`],
  ['k8s env reordered', (s) => `- value: ${s}\n  name: DB_PASSWORD`],
  ['k8s describe', (s) => `    Environment:\n      DB_PASSWORD:  ${s}\n      X: y`],
  ['tf output', (s) => `admin_password = <<EOT\n${s}\nEOT`],
  ['hcl', (s) => `password = <<-EOF\n  ${s}\n  EOF`],
  ['ruby heredoc', (s) => `password: %q(${s})`],
  ['make', (s) => `PASSWORD := ${s}`],
  ['make ?=', (s) => `PASSWORD ?= ${s}`],
  ['scala', (s) => `password -> ${s}`],
  ['sql named', (s) => `password => '${s}'`],
  ['reg', (s) => `"Password"="${s}"`],
  ['cn', (s) => `密码：${s}`],
  ['ja', (s) => `パスワード：${s}`],
  ['ru', (s) => `Пароль: ${s}`],
  ['it', (s) => `parola d'ordine: ${s}`],
  ['kw german', (s) => `Kennwort: ${s}`],
];

/** Sentences in which no sign joins the two: here a word of letters alone is a word, and stays (SECURITY.md). */
const SENTENCES: readonly Form[] = [
  ['prose admin created', (s) => `Admin user created: admin@x.com / ${s}`],
  ['prose set to', (s) => `password was set to ${s}`],
  ['prose changed from', (s) => `password changed from ${s} to ${s}`],
  ['prose paren', (s) => `the token (${s}) has expired`],
  ['prose credentials', (s) => `Login with admin@example.com:${s}`],
];

describe('no form that a program writes a secret in comes through', () => {
  it.each(FORMS)('%s', (_what, form) => {
    for (const secret of SECRETS) {
      inBase64.length = 0;
      const text = form(secret);
      const clean = redact(text);
      const forms = [...written(secret), JSON.stringify(secret).slice(1, -1), ...inBase64];
      expect(
        forms.filter((one) => clean.includes(one)),
        clean,
      ).toEqual([]);
      expect(clean).not.toMatch(OWN_FORMS);
      expect(clean).toContain('[redacted]');
      expect(redact(clean)).toBe(clean);
    }
  });

  it.each(SENTENCES)('in a sentence: %s', (_what, form) => {
    for (const secret of SECRETS.filter((one) => /\d/.test(one))) expect(redact(form(secret))).not.toContain(secret);
  });
});
