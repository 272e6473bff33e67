import { type Case, said } from './case.ts';

/** Who fetches and renders charts: Flux’s source controller, Helm’s templates, this product’s own checks in them. */
export const charts: readonly Case[] = [
  ...said('helm ArtifactFailed', [
    [
      'helm-chart-unavailable',
      'chart: the version is not in the registry (temporal)',
      "HelmChart 'flux-system/alga-system-temporal' is not ready: chart pull error: failed to download chart for remote reference: failed to get 'oci://ghcr.io/nine-minds/charts/temporal:0.9.9': ghcr.io/nine-minds/charts/temporal:0.9.9: not found",
      'helm-controller',
    ],
    [
      'helm-chart-unavailable',
      'chart: the version is not in the registry (pact-broker)',
      "HelmChart 'flux-system/pact-broker-pact-broker' is not ready: chart pull error: failed to download chart for remote reference: failed to get 'oci://hmctspublic.azurecr.io/helm/pact-broker:0.16.0': failed to perform \"FetchReference\" on source: hmctspublic.azurecr.io/helm/pact-broker:0.16.0: not found",
      'https://github.com/hmcts/cnp-flux-config/pull/45226',
    ],
  ]),
  ...said('helm InstallFailed', [
    [
      'credentials-lost',
      'chart: the data is there and its credentials are gone (refusing)',
      'Helm install failed for release msp/alga-core with chart alga-core@0.1.0: execution error at (alga-core/templates/secrets.yaml:14:4): refusing to make new credentials: the volume claim msp/alga-core-sebastian-postgres-data is there and the Secret msp/db-credentials is not. The data belongs to credentials that are gone.',
      'the chart of this product',
    ],
    [
      'credentials-lost',
      'chart: the data is there and its credentials are gone (the contract)',
      'Helm install failed for release msp/alga-core: execution error at (alga-core/templates/credentials.yaml:3:3): the claim alga-core-sebastian-postgres-data is there and the Secret db-credentials is missing',
      'appliance contract, secrets',
    ],
    [
      'credentials-lost',
      'chart: the claim exists, db-credentials does not',
      'Helm install failed for release msp/alga-core: execution error at (alga-core/templates/db-secret.yaml:9:4): PersistentVolumeClaim alga-core-sebastian-postgres-data exists but Secret db-credentials does not: refusing to generate new credentials',
      'appliance contract, secrets',
    ],
    [
      'credentials-lost',
      'chart: the volume holds data, db-credentials is gone (upgrade)',
      'Helm upgrade failed for release msp/alga-core: execution error at (alga-core/templates/secret.yaml:1:1): db-credentials not found while the data volume alga-core-sebastian-postgres-data holds data',
      'appliance contract, secrets',
    ],
    [
      'helm-render-failed',
      'chart: the values miss the image (schema, Helm 3)',
      "Helm install failed for release msp/email-service with chart email-service@0.1.0: values don't meet the specifications of the schema(s) in the following chart(s):\nemail-service:\n- (root): image is required",
      'Helm 3',
    ],
    [
      'helm-render-failed',
      'chart: nil pointer at tolerations (karmada)',
      'Helm install failed for release msp/karmada with chart karmada@0.0.0: template: karmada/templates/karmada-static-resource-job.yaml:21:22: executing "karmada/templates/karmada-static-resource-job.yaml" at <.Values.staticResourceJob.tolerations>: nil pointer evaluating interface {}.tolerations',
      'https://github.com/helm/helm/issues/13156',
    ],
    [
      'helm-render-failed',
      'chart: a value is text where a map is expected (kong)',
      'Helm install failed for release msp/kong: template: kong/templates/migrations.yaml:41:10: executing "kong/templates/migrations.yaml" at <include "kong.wait-for-postgres" .>: error calling include: template: kong/templates/_helpers.tpl:630:6: executing "kong.wait-for-postgres" at <include "kong.no_daemon_env" .>: error calling include: wrong type for value; expected map[string]interface {}; got string',
      'https://github.com/fluxcd/helm-controller/issues/152',
    ],
    [
      'helm-render-failed',
      'chart: a template is no YAML (release temporal)',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: YAML parse error on temporal/templates/deployment.yaml: error converting YAML to JSON: yaml: line 33: did not find expected key',
      'Helm releaseutil',
    ],
    [
      'helm-render-failed',
      'chart: Kubernetes is too old, with the release’s name',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: chart requires kubeVersion: >=1.32.0 which is incompatible with Kubernetes v1.31.4',
      'Helm action/install.go',
    ],
    [
      'helm-render-failed',
      'chart: a required value is missing (postgres.password)',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: execution error at (temporal/templates/secret.yaml:4:4): A value for postgres.password is required!',
      'Helm engine, required',
    ],
    [
      'helm-render-failed',
      'chart: nil pointer at the image’s repository',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: template: temporal/templates/deployment.yaml:18:20: executing "temporal/templates/deployment.yaml" at <.Values.image.repository>: nil pointer evaluating interface {}.repository',
      'Go text/template through Helm',
    ],
    [
      'helm-render-failed',
      'chart: a required value is missing (persistence)',
      'Helm install failed for release msp/temporal with chart temporal@0.3.0: execution error at (temporal/templates/server.yaml:10:16): server.config.persistence is required',
      'Helm required function',
    ],
    [
      'helm-render-failed',
      'chart: a template is no YAML (email-service)',
      'Helm install failed: YAML parse error on email-service/templates/deployment.yaml: error converting YAML to JSON: yaml: line 31: did not find expected key',
      'Helm',
    ],
    [
      'helm-render-failed',
      'chart: Kubernetes is too old',
      'Helm install failed: chart requires kubeVersion: >=1.33.0-0 which is incompatible with Kubernetes v1.31.4',
      'Helm pkg/action/action.go',
    ],
    [
      'helm-render-failed',
      'chart: the post-renderer finds a key twice',
      'Helm install failed: error while running post render on files: map[string]interface {}(nil): yaml: unmarshal errors: line 12: mapping key "release" already defined at line 10',
      'https://github.com/FairwindsOps/charts/issues/769',
    ],
    [
      'helm-render-failed',
      'chart: nil pointer at env, over several lines',
      'Helm install failed: opentelemetry-demo/templates/component.yaml:12:12\n  executing "opentelemetry-demo/templates/component.yaml" at <include "otel-demo.deployment" $config>:\n    error calling include:\nopentelemetry-demo/templates/_pod.tpl:14:18\n  executing "otel-demo.pod.env" at <.useDefault.env>:\n    nil pointer evaluating interface {}.env',
      'https://github.com/SREGym/SREGym/issues/686',
    ],
    [
      'helm-render-failed',
      'chart: a field cannot be evaluated (ingress host)',
      'Helm install failed: template: podinfo/templates/ingress.yaml:28:15: executing "podinfo/templates/ingress.yaml" at <.host>: can\'t evaluate field host in type interface {}',
      'https://github.com/fluxcd/helm-controller/issues/282',
    ],
    [
      'helm-render-failed',
      'chart: a value is not in the schema (imageTg, Helm 4)',
      "Helm install failed: values don't meet the specifications of the schema(s) in the following chart(s):\nalga-core:\n- at '/server': additional properties 'imageTg' not allowed",
      'Helm 4 jsonschema v6',
    ],
    [
      'helm-render-failed',
      'chart: a number is given as text (replicas, Helm 3)',
      "Helm install failed: values don't meet the specifications of the schema(s) in the following chart(s):\npgbouncer:\n- replicas: Invalid type. Expected: integer, given: string",
      'Helm 3 chartutil/jsonschema.go',
    ],
  ]),
  ...said('helm UpgradeFailed', [
    [
      'helm-render-failed',
      'chart: a number is given as text (replicaCount, upgrade)',
      "Helm upgrade failed for release msp/temporal with chart temporal@0.1.0: values don't meet the specifications of the schema(s) in the following chart(s):\ntemporal:\n- at '/replicaCount': got string, want integer",
      'github.com/fluxcd/helm-controller/issues/1362, Helm 3.18',
    ],
  ]),
  ...said('chart ChartPullError', [
    [
      'dns-resolution-failure',
      'Flux: no such host for the chart’s server',
      'chart pull error: failed to download chart for remote reference: Get "https://charts.example.com/temporal-0.3.0.tgz": dial tcp: lookup charts.example.com on 10.96.0.10:53: no such host',
      'Go net.DNSError',
    ],
    [
      'helm-chart-unavailable',
      'chart: a dependency is missing in charts/',
      'chart metadata check failed: found in Chart.yaml, but missing in charts/ directory: common',
      'Helm pkg/action/dependency check',
    ],
    [
      'helm-chart-unavailable',
      'Flux: 404 for a chart’s archive (redis)',
      'chart pull error: failed to download chart for remote reference: failed to fetch https://charts.bitnami.com/bitnami/redis-17.0.0.tgz : 404 Not Found',
      'source-controller',
    ],
    [
      'helm-chart-unavailable',
      'Flux: no version matches the one asked for',
      'chart pull error: failed to get chart version for remote reference: could not locate a version matching provided version string >=0.16.0-rc.5',
      'https://github.com/flux-iac/tofu-controller/issues/1508',
    ],
    [
      'helm-chart-unavailable',
      'Flux: no chart of that name and range (temporal 9.9.x)',
      "chart pull error: failed to get chart version for remote reference: no 'temporal' chart with version matching '9.9.x' found",
      'source-controller',
    ],
    [
      'helm-chart-unavailable',
      'Flux: 404 for a repository’s index',
      'failed to fetch https://stefanprodan.github.io/podinfo2/index.yaml : 404 Not Found',
      'https://github.com/fluxcd/flux2/pull/821',
    ],
    [
      'helm-chart-unavailable',
      'Flux: no chart of that name and version (temporal 9.9.9)',
      "invalid chart reference: failed to get chart version for remote reference: no 'temporal' chart with version matching '9.9.9' found",
      'source-controller internal/helm/repository',
    ],
    [
      'helm-chart-unavailable',
      'Flux: the chart’s folder is not in the Git repository',
      'invalid chart reference: stat /tmp/helmchart-1/charts/nothere: no such file or directory',
      'source-controller, chart from Git',
    ],
  ]),
  ...said('chart ChartPullFailed', [
    [
      'helm-chart-unavailable',
      'Flux: the chart’s version is not found (my-app)',
      'chart pull error: chart "my-app" version "99.0.0" not found',
      'notes on Flux failures',
    ],
    [
      'helm-chart-unavailable',
      'Flux: the chart’s version is not in the index',
      'chart pull error: chart "node-problem-detector" matching 2.2.3 not found in deliveryhero index. (try \'helm repo update\'): no chart version found for node-problem-detector-2.2.3',
      'https://github.com/deliveryhero/helm-charts/issues/355',
    ],
    [
      'helm-chart-unavailable',
      'Flux: 504 for a chart’s archive (GitHub)',
      'chart pull error: failed to download chart for remote reference: failed to fetch https://github.com/prometheus-community/helm-charts/releases/download/kube-prometheus-stack-79.5.0/kube-prometheus-stack-79.5.0.tgz : 504 Gateway Timeout',
      'notes on kube-prometheus-stack',
    ],
    [
      'helm-chart-unavailable',
      'Flux: the chart’s registry asks for authentication',
      'chart pull error: failed to get chart version for remote reference: could not get tags for "k8sdebugger": could not fetch tags for "oci://ghcr.io/mamdouni/charts/k8sdebugger": GET "https://ghcr.io/v2/mamdouni/charts/k8sdebugger/tags/list": response status code 401: unauthorized: authentication required',
      'a tutorial of Flux with charts in a registry',
    ],
    [
      'helm-chart-unavailable',
      'Flux: the index has no chart of that name',
      'chart pull error: failed to get chart version for remote reference: no chart name found',
      'https://github.com/fluxcd/helm-controller/issues/429',
    ],
    [
      'helm-chart-unavailable',
      'Flux: 404 for a chart’s archive (csi-driver-smb)',
      'failed to fetch https://raw.githubusercontent.com/kubernetes-csi/csi-driver-smb/master/charts/latest/csi-driver-smb-v1.9.0.tgz : 404 Not Found',
      'https://github.com/kubernetes-csi/csi-driver-smb/issues/517',
    ],
  ]),
];
