import { describe, expect, it, onTestFinished } from 'vitest';
import { redact, withoutSecrets } from '../../redaction/index.ts';
import { applianceSecrets, applianceSecretsFile } from '../../scripts/appliance-secrets.ts';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const S = 'Tr0ub4dor.x9!Qz';
/** As the charts make one: letters and digits, 48 of them. */
const OWN = 'q8Zr2LmT5vXw0KpB7nYc4HdJ9sGf1AeUo3Ri6QtEyWuIlPzM';

/** What was seen to leak, or is its neighbour. */
const LEAKS: readonly (readonly [string, string])[] = [
  ['the server says it in prose', `Password is -> [ ${S} ]`],
  ['in prose, without spaces', `password is ->[${S}]`],
  ['with another bracket', `Admin password => ( ${S} )`],
  ['with a word between', `The new password for ada@example.com is: ${S}`],
  ['as a sentence', `your temporary password is ${S}.`],
  ['with spaces in brackets', `Password is -> [ correct ${S} horse ]`],
  ['colours around it', `\u001b[32mPassword is -> [\u001b[0m ${S} \u001b[32m]\u001b[0m`],
  ['colours in it', `password=Tr0ub4d\u001b[1mor.x9\u001b[0m!Qz`.replace('Tr0ub4d', 'Tr0ub4d')],
  ['colours in the name', `pass\u001b[31mword\u001b[0m: ${S}`],
  ['colours as another program quotes them', `{"msg":"pass\\u001b[31mword: ${S}"}`],
  ['a link of the terminal before it', `\u001b]8;;http://x\u0007password\u001b]8;;\u0007=${S}`],
  ['joiners in the name and in it', `pass\u200cword: ${S.slice(0, 4)}\u200d${S.slice(4)}`],
  ['a character without width in the name', `pass\u200bword=${S}`],
  ['the key of the application', `CRYPTO_KEY=${S}`],
  ['the variable of redis-cli', `REDISCLI_AUTH=${S}`],
  ['a variable that ends in _PASS', `SMTP_PASS=${S}`],
  ['the administrator’s', `INITIAL_ADMIN_PASSWORD: ${S}`],
  ['48 characters after a colon', `generated:${OWN}`],
  ['48 characters before a dot', `the value ${OWN}. It is kept`],
  ['48 characters in a path', `/run/values/${OWN}`],
  ['48 characters beside a host', `${OWN}.db.msp.svc`],
  ['the rest of an Authorization', `Authorization: Digest username="x", response="${S}", qop=auth`],
  ['an Authorization in a command', `curl -H 'Authorization: Custom ${S} ${S}' http://x`],
  ['the second cookie', `Cookie: theme=dark; sid=${S}; other=${S}`],
  ['Set-Cookie', `set-cookie: next-auth.session-token=${S}; Path=/; HttpOnly`],
  ['spaces in a value', `DB_PASSWORD_SERVER=correct ${S} staple`],
  ['spaces in a YAML value', `  password: correct ${S} staple`],
  ['a quote in a value', `DB_PASSWORD_SERVER=ab"${S}`],
  ['an escaped quote in a value', `{"password":"ab\\"${S}","user":"x"}`],
  ['an array', `{"passwords":["first","${S}"]}`],
  ['a map', `{"credentials":{"user":"x","value":"${S}"}}`],
  ['a map of Go', `map[password:${S} user:x]`],
  ['a list of YAML', `passwords:\n  - ${S}\n  - ${S}`],
  ['a block of YAML', `password: |\n  first\n  ${S}\nuser: x`],
  ['a value in the line below', `"password":\n  "${S}"`],
  ['JSON over lines', `"tokens": [\n  "${S}",\n  "${S}"\n]`],
  ['JSON in JSON in JSON', `{\\\\\\"clientSecret\\\\\\":\\\\\\"${S}\\\\\\"}`],
  ['another kind of connection string', `amqps://user:${S}@mq/vhost`],
  ['a slash in the password of an address', `postgres://app_user:ab/c${S}@db:5432/server`],
  ['an at sign in it', `postgres://app_user:ab@c${S}@db:5432/server`],
  ['an encoded address', `redirect=postgres%3A%2F%2Fapp%3A${S}%40db`],
  ['a token for Git', `https://ghp_${'a1B2'.repeat(9)}@github.com/x/y`.replaceAll('a1B2', 'a1B2')],
  ['.pgpass', `db:5432:server:app_user:${S}`],
  ['.pgpass for all', `*:*:*:postgres:${S}`],
  ['a SCRAM verifier', `SCRAM-SHA-256$4096:c2FsdA==$${S}:${S}`],
  ['a hash of Postgres', 'rolpassword md5a3f5c1d2e4b6978812345678deadbeef'],
  ['bcrypt', '$2b$12$abcdefghijklmnopqrstuv.wxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0'],
  ['what is given to a program', `--requirepass ${S}`],
  ['Redis’s own file', `masterauth "${S}"`],
  ['Redis’s rule for a user', `ACL SETUSER app on >${S} ~* +@all`],
  ['SQL', `CREATE ROLE x LOGIN PASSWORD '${S}'`],
  ['openssl', `openssl rsa -passin pass:${S}`],
  ['sshpass', `sshpass -p ${S} ssh x`],
  ['a subscript', `process.env["DB_PASSWORD"] = "${S}"`],
  ['a key with a domain before it', `vendor.example/token: ${S}`],
  ['a key of two words', `API key: ${S}`],
  [
    'the last lines of a key',
    `MIIEowIBAAKCAQEA1c7+9z5Pad7OejecsQ0buuqKZbwXgRkUl5mK8YmJ4bTz9rq2\n-----END RSA PRIVATE KEY-----`,
  ],
  ['a variable of Kubernetes', `env:\n  - name: DB_PASSWORD\n    value: ${S}\n  - name: B\n    value: x`],
  ['its value in quotes', `- name: "DB_PASSWORD"\n  value: "${S}"`],
  ['its value in single quotes', `- name: 'DB_PASSWORD'\n  value: 'it''s ${S}'`],
  ['its value before its name', `- value: ${S}\n  name: DB_PASSWORD`],
  ['its value as a block', `- name: DB_PASSWORD\n  value: |\n    first\n    ${S}\n- name: B`],
  ['a variable in JSON', `{"name":"DB_PASSWORD","value":"${S}"}`],
  ['its value first', `[{"value":"x","name":"A"},{"value":"${S}","name":"DB_PASSWORD"}]`],
  ['over lines', `{\n  "name": "DB_PASSWORD",\n  "value": "${S}"\n}`],
  ['escaped', `{"msg":"{\\"name\\":\\"DB_PASSWORD\\",\\"value\\":\\"${S}\\"}"}`],
  ['escaped, its value first', `{"msg":"{\\"value\\":\\"${S}\\",\\"name\\":\\"DB_PASSWORD\\"}"}`],
  ['YAML in JSON', `{"msg":"- name: DB_PASSWORD\\n  value: ${S}\\n- name: B"}`],
  ['as Go prints it', `EnvVar{Name:DB_PASSWORD,Value:${S},ValueFrom:nil,}`],
  ['as an attribute', `<add key="Password" value="${S}"/>`],
  ['a duplicate key', `Key (token)=(${S}) already exists.`],
  ['a duplicate key of two columns', `Key (tenant, "reset_token")=(1, ${S}) is not present in table "x".`],
  ['an element', `<ns:password type="x">${S}</ns:password>`],
  ['an encoded setting', `body=user%3Dx%26api_key%3D${S}%26b%3D1`],
  ['encoded JSON', `%7B%22password%22%3A%22${S}%22%7D`],
  ['a refused value', `env DB_PASSWORD: invalid value "${S}"`],
  ['a refused flag', `invalid argument "${S}" for "--token" flag: too short`],
  ['a table of psql', ` name | password | age\n------+----------+-----\n a    | ${S} |  1\n b    | ${S} |\n(2 rows)`],
  ['one column of psql', `  token\n---------\n ${S}\n(1 row)`],
  ['a record of psql', `-[ RECORD 1 ]-----\nname     | a\npassword | ${S}`],
  ['a doubled quote in a value', `password='it''s ${S}'`],
  ['a doubled quote in SQL', `ALTER ROLE x PASSWORD 'it''s ${S}'`],
  ['a Secret as YAML', `apiVersion: v1\ndata:\n  any: ${btoa(S)}\nkind: Secret`],
  ['a Secret as JSON in a log', `applied {"kind":"Secret","data":{"any":"${btoa(S)}"}}`],
];

const hidden = [S, btoa(S), OWN, 'a1B2a1B2', 'deadbeef', 'wxyzABCDEF', 'MIIEowIBAAKC', 'Tr0ub4d'];

describe('what leaked stays hidden', () => {
  it.each(LEAKS)('%s', (_what, text) => {
    const clean = redact(text);
    expect(hidden.filter((secret) => clean.includes(secret))).toEqual([]);
    expect(clean).toContain('[redacted]');
    expect(redact(clean)).toBe(clean);
  });
});

/** Each shape that needs no name, with all that must stay of the line. */
const SHAPES: readonly string[] = [
  `sent Bearer ${btoa(S)}, refused`,
  `POST https://hooks.slack.com/services/${'T0B0'.repeat(3)} failed`,
  `SCRAM-SHA-256$4096:c2FsdA==$${S} is kept`,
  `GET /x?sig=${S}&y=1 failed`,
  `{"auths":{"x":{"auth":"${S}"}}}`,
  `"app" "${S}"`,
  `db:5432:server:app:${S}`,
  `machine x login ada password ${S} end`,
  `curl -u admin:${S} http://x failed`,
  `redis-cli -a ${S} ping`,
  `sshpass -p ${S} ssh x`,
  `docker login -u x -p ${S} ghcr.io`,
  `mysql -p${S} server`,
  `htpasswd -bc file ada ${S} failed`,
  `openssl rsa -passin pass:${S} -in x`,
  `AUTH default ${S} was refused`,
  `ACL SETUSER app on >${S} ~*`,
  `CREATE ROLE x PASSWORD '${S}' LOGIN`,
  `CREATE USER x IDENTIFIED BY '${S}' y`,
];
const STAYS: Readonly<Record<string, string>> = {
  [`POST https://hooks.slack.com/services/${'T0B0'.repeat(3)} failed`]:
    'POST https://hooks.slack.com/services/[redacted] failed',
  [`SCRAM-SHA-256$4096:c2FsdA==$${S} is kept`]: 'SCRAM-SHA-256$[redacted] is kept',
};

describe('a secret by its form is hidden, and nothing is added to the line', () => {
  it.each(SHAPES)('%s', (line) => {
    expect(redact(line)).toBe(STAYS[line] ?? line.replace(S, '[redacted]').replace(btoa(S), '[redacted]'));
  });
});

/** Lines that a person needs to read a failure, word for word. */
const HARMLESS = String.raw`
password authentication failed for user "app_user"
FATAL:  password authentication failed for user "app_user_pgbouncer"
ERROR:  permission denied for table users
secretKeyRef: name: db-credentials
secretKeyRef: {name: db-credentials, key: DB_PASSWORD_SERVER}
token: 403 Forbidden
failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Anine-minds%2Falga-psa-ee%3Apull&service=ghcr.io: 403 Forbidden
MountVolume.SetUp failed for volume "tenant-secrets" : secret "alga-core-sebastian-secrets" not found
secret "db-credentials" not found
couldn't find key DB_PASSWORD_SERVER in Secret msp/db-credentials
the Secret msp/db-credentials lacks DB_PASSWORD_SERVER, DB_PASSWORD_PGBOUNCER
DB_PASSWORD_SERVER:  48 bytes
password:  <set to the key 'DB_PASSWORD_SERVER' in secret 'db-credentials'>  Optional: false
Image: ghcr.io/nine-minds/alga-psa-ee@sha256:ca9e5f28c3bfefafd882c3b869166b8d2037b115f931c84ed621a99c9fd27f64
Pulling image "ghcr.io/nine-minds/alga-psa-ee:94446747"
factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.12.0
uid: 0f8fad5b-d9cb-469f-a165-70867728950e
commit eaec6253d63684b90c30a0432f5f5887d63684b9 on release/1.0
stored artifact for revision 'main@sha1:eaec6253d63684b90c30a0432f5f5887d63684b9'
integrity sha512-+8NeqHRjQWH9nYlwo2gamAMImZCVzI4UoEgDpWorBt9OEfppiZn+uSkskzQKPWIZyji/C8fpWO7u69G0DX0tbg==
SHA256:uNiVztksCsDhcc0u9e8BrwQXVUpKZIDTMczCvj3tD2s root@node
pod/token-service-7d9c5b8f6d-q4z8w: Back-off restarting failed container
kube-system/secret-controller: started
TokenExpiredError: jwt expired
org.springframework.security.oauth2.provider.token.DefaultTokenServices2ConfigurationException
com.example.VeryLongClassNameForTokenAuthenticationProviderFactory2Impl.refreshToken
helm.sh/helm/v3/pkg/kube.HelmReleaseReconcilerV2Controller
at Object.<anonymous> (/app/node_modules/next-auth/src/core/lib/oauth/authorization-url.ts:12:5)
db-secret.yaml:9:4: did not find expected key
invalid token: expected 3 parts
token is expired or not yet valid
cookie: SameSite is missing
Authorization: required
NEXTAUTH_SESSION_EXPIRES=86400
SECRET_READ_CHAIN=env,filesystem
SECRET_WRITE_PROVIDER=filesystem
SECRET_FS_BASE_PATH=/shared-tenant-secrets
STATUS_TOKEN_FILE=/var/run/status/token
KEY_LENGTH=64
SALT_BYTES=12
max_tokens=4096
tokens: 15
secrets: 3
password_encryption = scram-sha-256
auth_type = scram-sha-256
auth_query = SELECT usename FROM pg_shadow
tokenExpirationSeconds: 3607
automountServiceAccountToken: false
serviceAccountToken: {expirationSeconds: 3607, path: token}
imagePullSecrets: [{name: regcred}]
imagePullSecrets:
secret/db-credentials created
secrets "db-credentials" is forbidden: User "system:serviceaccount:msp:x" cannot get resource "secrets" in API group ""
Error: Secret "alga-psa-shared" already exists
Secrets that Helm hooks generate are deleted
running seeds
seeds already present, skipping
usersCount: 4
primary key: id
key: value
duplicate key value violates unique constraint "users_pkey"
Key (email)=(ada@example.com) already exists.
host key verification failed
x509: certificate signed by unknown authority
tls: failed to verify certificate: x509: certificate has expired or is not yet valid
Get "https://192.0.2.10:6443/api/v1/namespaces/msp/secrets/db-credentials": dial tcp 192.0.2.10:6443: connect: connection refused
https://github.com/Nine-Minds/alga-psa.git
ssh://git@github.com/Nine-Minds/alga-psa
git@github.com:Nine-Minds/alga-psa.git
http://alga-core-sebastian:3000/msp/dashboard?email=ada@example.com
postgres://db:5432/server
redis://redis:6379/0
NOAUTH Authentication required.
login failed: password authentication failed
WRONGPASS invalid username-password pair or user is disabled.
AUTH failed: WRONGPASS
Basic authentication is disabled
Bearer realm="https://ghcr.io/token",service="ghcr.io"
remaining connection slots are reserved for roles with the SUPERUSER attribute
POSTGRES_PASSWORD_FILE=/run/secrets/db
token=missing
password: ''
PASSWORD=
export DB_PASSWORD=${'$'}{DB_PASSWORD_SERVER}
DB_PASSWORD: ${'$'}(DB_PASSWORD_SERVER)
password: {{ .Values.password }}
the password for user "postgres" was changed
reset the password of an administrator
no password supplied
pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed
Warning  FailedMount  MountVolume.SetUp failed for volume "kube-api-access-x7k2p" : failed to fetch token: serviceaccounts "default" is forbidden
I1130 12:00:00.123456       1 token_manager.go:125] Couldn't update token: Post "https://10.96.0.1:443/api": dial tcp: timeout
level=info msg="token refreshed" attempt=3
rotate token: done after 3 attempts
oauth2: "invalid_grant" "token: oauth2 server returned 500"
etcdserver: request timed out
/usr/lib/x86_64-linux-gnu/libQt5Core.so.5.15.3: cannot open shared object file
ERR_OSSL_EVP_UNSUPPORTED
CrashLoopBackOff
container "bootstrap" in pod "alga-core-sebastian-bootstrap-1-x7k2p" is waiting to start: CreateContainerConfigError
`
  .trim()
  .split('\n');

describe('what is no secret stays as it was said', () => {
  it.each(HARMLESS)('%s', (line) => {
    expect(redact(line)).toBe(line);
  });

  it.each([
    `- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db-credentials\n      key: DB_PASSWORD_SERVER`,
    `{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"key":"DB_PASSWORD_SERVER","name":"db-credentials"}}}`,
    `- name: LOG_LEVEL\n  value: debug\n- name: DB_PASSWORD\n  valueFrom: {}`,
    `[{"name":"A","value":"debug"},{"name":"DB_PASSWORD","valueFrom":{}}]`,
    `- name: DB_PASSWORD\n  value: ""`,
    `volumes:\n- name: tenant-secrets\n  secret:\n    secretName: x`,
    ` id | name\n----+------\n  1 | token\n(1 row)`,
    `spec.volumes[0].secret: invalid value "tenant-secrets"`,
    `<token> is missing</p>`,
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('at least a hundred lines, also when they stand in one text', () => {
    expect(HARMLESS.length).toBeGreaterThanOrEqual(95);
    const text = HARMLESS.join('\n');
    expect(redact(text)).toBe(text);
  });
});

describe('structures', () => {
  it('hide everything below a secret name, and nothing of what says where a secret is', () => {
    const pod = {
      kind: 'Pod',
      spec: {
        imagePullSecrets: [{ name: 'regcred' }],
        volumes: [
          {
            name: 'x',
            secret: { secretName: 'db-credentials', items: [{ key: 'DB_PASSWORD_SERVER', path: 'password' }] },
          },
        ],
        containers: [
          {
            env: [
              {
                name: 'DB_PASSWORD_SERVER',
                valueFrom: { secretKeyRef: { name: 'db-credentials', key: 'DB_PASSWORD_SERVER' } },
              },
            ],
          },
        ],
      },
    };
    expect(withoutSecrets(pod)).toEqual(pod);
    const hiding = { passwords: [S, { deep: [S] }], token: { value: S, at: 4711 }, credentials: { user: S } };
    expect(JSON.stringify(withoutSecrets(hiding))).not.toContain(S);
    expect(JSON.stringify(withoutSecrets(hiding))).not.toContain('4711');
  });

  it('hide what kubectl remembers of a Secret', () => {
    const text = JSON.stringify({
      kind: 'Secret',
      metadata: { name: 's' },
      data: { any: btoa(S) },
      stringData: { b: S },
    });
    for (const kept of [text, text.slice(0, -9)]) {
      const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': kept };
      const clean = JSON.stringify(withoutSecrets({ kind: 'Secret', metadata: { annotations } }));
      expect([clean.includes(S), clean.includes(btoa(S))]).toEqual([false, false]);
    }
  });
});

describe('the names of this appliance', () => {
  it('come from its charts, and the generated table is current', async () => {
    const { path, text } = applianceSecretsFile();
    expect(await readFile(join(import.meta.dirname, '../..', path), 'utf8')).toBe(text);
  });

  it('come from its Flux tree and its releases, too', async () => {
    const root = await mkdtemp(join(tmpdir(), 'redaction-test-'));
    onTestFinished(() => rm(root, { recursive: true }));
    for (const folder of ['charts', 'flux', 'releases']) await mkdir(join(root, folder));
    await writeFile(
      join(root, 'flux/a.yaml'),
      'env:\n  - name: SMTP_LOGIN\n    valueFrom:\n      secretKeyRef:\n        name: smtp\n        key: relay\n',
    );
    await writeFile(
      join(root, 'releases/b.yaml'),
      'valuesFrom:\n  - kind: Secret\n    name: x\n    valuesKey: v\n    targetPath: mail.relayLogin\n',
    );
    expect(applianceSecrets(root)).toEqual(['SMTP_LOGIN', 'relay', 'relayLogin']);
  });

  it.each(applianceSecrets())('%s is hidden in every form', (name) => {
    for (const text of [`${name}=${S}`, `${name}: ${S}`, `{"${name}":"${S}"}`, `export ${name}='${S}'`])
      expect(redact(text)).not.toContain(S);
    expect(JSON.stringify(withoutSecrets({ data: { [name]: S }, env: [{ name, value: S }] }))).not.toContain(S);
    expect(redact(`the key ${name} is missing`)).toContain(name);
  });
});
