import { describe, expect, it } from 'vitest';
import { redact } from '../../redaction/index.ts';

/** What the parts of this appliance say, its events and its logs, and the sentences of its own documents. */
const LINES = String.raw`
Successfully assigned msp/alga-core-6d8f7c9b5d-x2x7k to appliance
Pulling image "ghcr.io/nine-minds/alga-psa-ee:0.12.3@sha256:3b1f2c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809"
Successfully pulled image "ghcr.io/nine-minds/alga-psa-ee:0.12.3" in 16m2.123s (16m2.124s including waiting). Image size: 1843200123 bytes.
Back-off pulling image "ghcr.io/nine-minds/workflow-worker:latest": ErrImagePull: failed to pull and unpack image
Failed to pull image "ghcr.io/x/y:z": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Ax%2Fy%3Apull&service=ghcr.io: 403 Forbidden
Error: secret "db-credentials" not found
Error: couldn't find key DB_PASSWORD_SERVER in Secret msp/db-credentials
MountVolume.SetUp failed for volume "tenant-secrets" : secret "tenant-secrets" not found
Readiness probe failed: Get "http://10.244.0.17:3000/api/healthz": dial tcp 10.244.0.17:3000: connect: connection refused
Liveness probe failed: HTTP probe failed with statuscode: 503
Readiness probe failed: NOAUTH Authentication required.
Readiness probe failed: AUTH failed: WRONGPASS invalid username-password pair or user is disabled.
0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.
Created pod: alga-core-6d8f7c9b5d-x2x7k
Scaled up replica set alga-core-6d8f7c9b5d from 0 to 1
Created container: server
Node appliance status is now: NodeHasDiskPressure
waiting for first consumer to be created before binding
External provisioner is provisioning volume for claim "msp/data-db-0"
Successfully provisioned volume pvc-3f1d9c1a-4a8b-4d2e-9c3f-1a2b3c4d5e6f
Helm install failed for release msp/alga-core with chart alga-core@0.1.0: context deadline exceeded
Helm upgrade succeeded for release msp/db.v3 with chart db@0.1.0+a1b2c3d4e5f6
stored artifact for revision 'main@sha1:8f14e45fceea167a5a36dedd4bea2543bd2f6e2c'
Applied revision: main@sha1:8f14e45fceea167a5a36dedd4bea2543bd2f6e2c
failed to checkout and determine revision: unable to clone 'https://github.com/nine-minds/alga-psa.git': authentication required
kustomize build failed: accumulating resources: accumulation err='accumulating resources from '../base': open /tmp/kustomization-123: no such file or directory'
dependency 'alga-system/db' is not ready
could not find a Secret 'alga-system/git-credentials' referenced by spec.secretRef.name
valuesFrom: kind: Secret, name: alga-core-values, valuesKey: values.yaml
could not resolve Secret chart values reference 'alga-system/values' with key 'values.yaml': secrets "values" not found
Secret/msp/db-credentials configured
HelmRelease/msp/alga-core dry-run failed: admission webhook denied the request
postBuild.substituteFrom: secret/cluster-vars not found
LOG:  database system is ready to accept connections
LOG:  starting PostgreSQL 16.4 (Debian 16.4-1.pgdg120+2) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit
FATAL:  password authentication failed for user "app_user"
DETAIL:  Connection matched file "/var/lib/postgresql/data/pg_hba.conf" line 128: "host all all all scram-sha-256"
DETAIL:  Role "app_user" does not exist.
FATAL:  no pg_hba.conf entry for host "10.244.0.9", user "app_user", database "server", no encryption
ERROR:  relation "user_tokens" does not exist at character 15
ERROR:  column "hashed_password" of relation "users" does not exist
ERROR:  duplicate key value violates unique constraint "tokens_pkey"
DETAIL:  Key (tenant, user_id)=(3f1d9c1a-4a8b-4d2e-9c3f-1a2b3c4d5e6f, 7) already exists.
STATEMENT:  ALTER ROLE app_user WITH LOGIN
LOG:  checkpoint complete: wrote 44 buffers (0.3%); 0 WAL file(s) added, 0 removed, 0 recycled; write=4.3 s, sync=0.01 s, total=4.4 s
PANIC:  could not locate a valid checkpoint record at 0/1709B80
FATAL:  database files are incompatible with server
LOG:  invalid length of startup packet
ERROR:  syntax error at or near "password" at character 8
WARNING:  setting an MD5-encrypted password
[talos] phase ephemeral (9/11): 1 tasks(s)
[talos] task startAllServices (1/1): service "apid" to be "up", service "containerd" to be "up"
user: warning: [2026-05-01T12:00:00.123Z]: [talos] kubelet serving certificate rotated
user: warning: [2026-05-01T12:00:00Z]: [talos] etcd is waiting to join the cluster, if this node is the first node in the cluster, please run 'talosctl bootstrap' against one of the following IPs:
kern: info: [2026-05-01T12:00:00Z]: EXT4-fs (sda5): mounted filesystem a1b2c3d4-e5f6-7081-92a3-b4c5d6e7f809 r/w with ordered data mode. Quota mode: none.
kern: err: [2026-05-01T12:00:00Z]: ata1.00: failed command: READ FPDMA QUEUED
service[etcd](Running): Health check successful
rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"
error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: machine.token is required
x509: certificate has expired or is not yet valid: current time 2026-05-01T12:00:00Z is after 2026-04-30T00:00:00Z
unable to authenticate the request: [invalid bearer token, service account token has expired]
the server has asked for the client to provide credentials
Token has been invalidated: service account default/x has been deleted
token expired at 2026-05-01T12:00:00Z
token: 403 Forbidden
password: is required
password must be at least 12 characters long
Your password has been reset. Sign in with the new one.
the password for user app_user is wrong
the token of the status page is kept in the Secret status-token
run 'appliance-client token rotate' to make a new token
The password is generated and stored in Secret msp/db-credentials under key postgres-password
rotate the token with 'kubectl -n alga-system delete secret status-token'
kubectl -n msp get secret db-credentials -o jsonpath='{.data.postgres-password}'
secretKeyRef: {name: db-credentials, key: DB_PASSWORD_SERVER}
secretName: alga-core-tls
imagePullSecrets: [{name: ghcr-pull}]
serviceAccountName: default
automountServiceAccountToken: false
resourceVersion: "123456789"
uid: 3f1d9c1a-4a8b-4d2e-9c3f-1a2b3c4d5e6f
generation: 4, observedGeneration: 3
image: registry.k8s.io/coredns/coredns:v1.11.3@sha256:9caabbf6238b189a65d0d6e6ac138de60d6a1c419e5a341fbbb7c78382559c6e
Image ID: docker-pullable://x@sha256:9caabbf6238b189a65d0d6e6ac138de60d6a1c419e5a341fbbb7c78382559c6e
Container ID: containerd://9caabbf6238b189a65d0d6e6ac138de60d6a1c419e5a341fbbb7c78382559c6e
ghcr.io/nine-minds/alga-psa-ee:0.12.3
NAME                TYPE                DATA   AGE
db-credentials      Opaque              4      12d
{"level":30,"time":1700000000000,"pid":1,"msg":"token refreshed","userId":17}
{"level":"error","ts":"2026-05-01T12:00:00Z","msg":"Reconciler error","controller":"helmrelease","error":"install retries exhausted"}
{"reason":"FailedMount","message":"MountVolume.SetUp failed for volume \"kube-api-access-x2x7k\" : failed to fetch token: pod \"x\" not found"}
GET /api/auth/session 200 in 12ms
POST /api/auth/callback/credentials 401 in 83ms
GET /auth/reset-password 200
Ready in 2.3s
> next start --port 3000
Error: connect ECONNREFUSED 10.96.0.10:6379
Error: getaddrinfo EAI_AGAIN db.msp.svc.cluster.local
ReplyError: WRONGPASS invalid username-password pair or user is disabled.
ReplyError: NOAUTH Authentication required.
MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.
Ready to accept connections tcp
DB loaded from append only file: 0.002 seconds
Migration 20240101000000_create_tokens_table.cjs failed
Batch 1 run: 312 migrations
insert into "roles" ("id", "name") values (1, 'Admin')
select * from "users" where "email" = $1
password column was renamed to hashed_password
NEXTAUTH_SECRET environment variable is missing
Missing required environment variable: CRYPTO_KEY
Environment variable DB_PASSWORD_SERVER is not set
variable "ENCRYPTION_KEY" must be at least 32 characters
Secret provider: filesystem
[SecretProvider] Trying secret name: nextauth_secret
Reading secret from file: /run/secrets/db_password_server
secret file /run/secrets/postgres_password is empty
{"secretName":"status-token","keys":["token"]}
{"kind":"Secret","metadata":{"name":"db-credentials","namespace":"msp"},"type":"Opaque"}
{"kind":"Secret","metadata":{"name":"x","managedFields":[{"fieldsV1":{"f:data":{".":{},"f:password":{}}}}]}}
--token-file /run/secrets/token --password-file=/run/secrets/pw
usage: --token <token>   the token of the status page
appliance-client token show --site prod
sops: failed to get the data key required to decrypt the SOPS file
Temporal: namespace default is not registered; task queue alga-psa
rpc error: code = PermissionDenied desc = Request unauthorized.
workflow id install-3f1d9c1a-4a8b-4d2e-9c3f-1a2b3c4d5e6f run id 0197c1a2-3b4c-7d5e-8f60-718293a4b5c6
sha256:9caabbf6238b189a65d0d6e6ac138de60d6a1c419e5a341fbbb7c78382559c6e  talosctl-linux-amd64
fingerprint: SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8
lease appliance-holder: holder ada@laptop, epoch 7
error: unexpected token '}' at line 3
SyntaxError: Unexpected token < in JSON at position 0
JSON.parse: unexpected token "<!DOCTYPE" at position 0
key: value pairs separated by commas
cache key: tenant:17:settings
primary key: id
partition key: tenant
foreign key users_tenant_foreign
the key of the map is pod-name
The API key is checked at the next check-in.
license key missing: the edition stays community
the cookie is set for one hour
no cookie was sent
Authorization header is missing
authorization mode: Node,RBAC
Auth: none
basic auth is disabled
bearer tokens are not accepted here
Set-Cookie header was refused by the browser
max_connections = 200
password_encryption = scram-sha-256
auth_type = scram-sha-256
auth_file = /etc/pgbouncer/userlist.txt
localhost:5432:server
tcp://db.msp.svc.cluster.local:5432
http://192.0.2.10:3000/auth/signin?callbackUrl=%2Fmsp%2Fdashboard
https://github.com/nine-minds/alga-psa.git
git@github.com:nine-minds/alga-psa.git
admin@example.com
Login with your e-mail address: admin@example.com
kubectl create secret generic db-credentials --from-file=password=/run/pw
kubectl annotate secret db-credentials a=b
pod/alga-core-6d8f7c9b5d-x2x7k condition met
certificate-key is missing
docker: no basic auth credentials
denied: denied
toomanyrequests: You have reached your unauthenticated pull rate limit.
op: replace, path: /spec/replicas, value: 0
[{"op":"replace","path":"/spec/replicas","value":1}]
[{"op":"add","path":"/metadata/annotations/token-rotated","value":"2026-05-01"}]
{"code":"invalid_type","path":["user"],"message":"expected string, received undefined"}
ENV NODE_ENV production
a:b@c
set_config('app.current_tenant', '17', false)
literals: none
<th>Token</th><th>Age</th>
<tr><th>Token</th><td>valid</td></tr>
`
  .trim()
  .split('\n');

/** The same over several lines: tables and answers of programs. */
const TEXTS: readonly string[] = [
  'NAME   SECRETS   AGE\ndefault   0   12d',
  'NAME READY STATUS RESTARTS AGE\nalga-core-6d8f7c9b5d-x2x7k 0/1 CrashLoopBackOff 7 (2m ago) 14m',
  'LAST SEEN   TYPE      REASON      OBJECT    MESSAGE\n2m          Warning   BackOff     pod/x     Back-off restarting failed container',
  '| code | title |\n|---|---|\n| SECRET_MISSING | A Secret is missing |',
  'id,name,created_at\n1,token,2026-01-01',
  '1) "maxmemory"\n2) "100mb"',
  'COPY public.users (id, email) FROM stdin;\n1\ta@b.c\n\\.',
  '│ Component │ State │\n│ token service │ ready │',
];

describe('what holds no secret is shown as it was said', () => {
  it('there are more than a hundred and fifty of them', () => {
    expect(LINES.length + TEXTS.length).toBeGreaterThan(150);
  });

  it.each(LINES)('%s', (line) => {
    expect(redact(line)).toBe(line);
  });

  it.each(TEXTS)('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
