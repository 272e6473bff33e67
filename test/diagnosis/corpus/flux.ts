import { type Case, said } from './case.ts';

/** What Flux's controllers wrote into conditions. */
export const flux: readonly Case[] = [
  ...said('git', [
    [
      'flux-source-unreachable',
      "failed to checkout and determine revision: unable to clone 'ssh://git@github.com/dialpad/firespotter': context deadline exceeded",
      'https://github.com/fluxcd/source-controller/issues/438',
    ],
    [
      'flux-source-unreachable',
      'failed to checkout and determine revision: unable to list remote for \'https://github.com/Nine-Minds/alga-psa\': Get "https://github.com/Nine-Minds/alga-psa/info/refs?service=git-upload-pack": dial tcp 140.82.121.4:443: connect: connection timed out',
      'go-git transport',
    ],
    [
      'flux-source-unreachable',
      'failed to checkout and determine revision: unable to clone \'https://git.example.com/infra.git\': unexpected client error: unexpected requesting "https://git.example.com/infra.git/info/refs?service=git-upload-pack" status code: 502',
      'go-git transport/http/common.go',
    ],
    [
      'flux-source-unreachable',
      'failed to checkout and determine revision: unable to clone \'https://git.example.com/infra.git\': Get "https://git.example.com/infra.git/info/refs?service=git-upload-pack": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'Go crypto/x509',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to list remote for 'https://gitlab.example.com/flux/flux2.git': authorization failed",
      'https://github.com/fluxcd/flux2/issues/4861',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to clone 'https://github.com/Nine-Minds/alga-psa': authentication required: Repository not found.",
      'go-git transport, GitHub',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to clone 'ssh://git@github.com/acme/fleet': ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
      'golang.org/x/crypto/ssh',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to clone 'ssh://git@git.example.com/fleet': ssh: handshake failed: knownhosts: key mismatch",
      'golang.org/x/crypto/ssh/knownhosts',
    ],
    [
      'flux-source-ref-missing',
      "failed to checkout and determine revision: unable to clone 'https://github.com/Nine-Minds/alga-psa': couldn't find remote ref \"refs/heads/release/9.9\"",
      'https://github.com/fluxcd/pkg git/gogit/clone.go',
    ],
    [
      'flux-source-ref-missing',
      "failed to checkout and determine revision: unable to resolve commit object for 'cae9c52ebae189cf07cec3635137a2e4f1ad56da': object not found",
      'https://github.com/fluxcd/source-controller/issues/1166',
    ],
    [
      'flux-source-ref-missing',
      "failed to checkout and determine revision: unable to clone 'https://example.com/infra.git': reference not found",
      'go-git plumbing.ErrReferenceNotFound',
    ],
    [
      'flux-source-ref-missing',
      'failed to checkout and determine revision: no match found for semver: ~32.5',
      'https://github.com/fluxcd/pkg git/gogit/clone.go',
    ],
    [
      'dns-resolution-failure',
      'failed to checkout and determine revision: unable to clone \'https://github.com/Nine-Minds/alga-psa\': Get "https://github.com/Nine-Minds/alga-psa/info/refs?service=git-upload-pack": dial tcp: lookup github.com on 10.96.0.10:53: server misbehaving',
      'Go net.DNSError',
    ],
    [
      'clock-skew',
      'failed to checkout and determine revision: unable to clone \'https://github.com/Nine-Minds/alga-psa\': Get "https://github.com/Nine-Minds/alga-psa/info/refs": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2021-03-29T11:40:49+08:00 is before 2021-03-29T11:39:56Z',
      'https://github.com/kubernetes-sigs/kind/issues/2166',
    ],
    [
      'certificate-expired',
      "failed to checkout and determine revision: unable to clone 'https://git.example.com/x': x509: certificate has expired or is not yet valid: current time 2026-05-01T11:00:00Z is after 2026-04-30T23:59:59Z",
      'Go crypto/x509',
    ],
  ]),
  ...said('kustomization BuildFailed', [
    [
      'flux-build-failed',
      "kustomize build failed: accumulating resources: accumulation err='accumulating resources from '../../base.gotk-components.yaml': open /tmp/flux-system245679679/apps/flux-system/base.gotk-components.yaml: no such file or directory': evalsymlink failure on '/tmp/flux-system245679679/apps/flux-system/base.gotk-components.yaml' : lstat /tmp/flux-system245679679/apps/flux-system/base.gotk-components.yaml: no such file or directory",
      'https://github.com/hmcts/cnp-flux-config/pull/19408',
    ],
    [
      'flux-build-failed',
      'kustomize build failed: may not add resource with an already registered id: ConfigMap.v1.[noGrp]/app.msp',
      'kubernetes-sigs/kustomize api/resmap',
    ],
    [
      'flux-build-failed',
      "failed to decode Kubernetes YAML from /tmp/kustomization-1/apps/x.yaml: MalformedYAMLError: yaml: line 12: could not find expected ':'",
      'https://github.com/fluxcd/pkg kustomize',
    ],
    [
      'flux-build-failed',
      "post build failed for 'app': envsubst error: variable substitution failed: missing closing brace",
      'https://github.com/fluxcd/pkg kustomize/varsub.go',
    ],
  ]),
  ...said('kustomization ArtifactFailed', [
    [
      'flux-build-failed',
      'kustomization path not found: stat /tmp/kustomization-878691743/kustomize/tester: no such file or directory',
      'https://github.com/fluxcd/flagger/issues/1396',
    ],
  ]),
  ...said('kustomization ReconciliationFailed', [
    [
      'flux-apply-rejected',
      'Deployment/msp/email-service dry-run failed: Deployment.apps "email-service" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"email"}}: field is immutable',
      'https://github.com/fluxcd/kustomize-controller/pull/271',
    ],
    [
      'flux-apply-rejected',
      'HelmRelease/alga-system/alga-core dry-run failed: no matches for kind "HelmRelease" in version "helm.toolkit.fluxcd.io/v2"',
      'https://github.com/fluxcd/pkg ssa',
    ],
    [
      'flux-apply-rejected',
      'Pod/monitoring/kube-prometheus-grafana-test dry-run failed, reason: Forbidden, error: pods "kube-prometheus-grafana-test" is forbidden: error looking up service account monitoring/kube-prometheus-grafana-test: serviceaccount "kube-prometheus-grafana-test" not found',
      'https://github.com/fluxcd/kustomize-controller/pull/426',
    ],
    [
      'flux-apply-rejected',
      'Ingress/msp/app dry-run failed: admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: host "app" and path "/" is already defined in ingress default/app',
      'ingress-nginx admission',
    ],
    [
      'flux-apply-rejected',
      'Service/msp/db dry-run failed (Invalid): Service "db" is invalid: spec.clusterIPs[0]: Invalid value: []string{"None"}: may not change once set',
      'kube-apiserver service validation',
    ],
    [
      'config-missing',
      "post build failed for 'alga-core': substitute from 'ConfigMap/cluster-vars' error: configmaps \"cluster-vars\" not found",
      'https://github.com/fluxcd/pkg kustomize/varsub.go',
    ],
  ]),
  ...said('kustomization HealthCheckFailed', [
    [
      'flux-health-timeout',
      "health check failed after 5m0.034s: timeout waiting for: [CustomResourceDefinition/kadalu/kadalustorages.kadalu-operator.storage status: 'Unknown']",
      'https://github.com/fluxcd/flux2/issues/2739',
    ],
    [
      'flux-health-timeout',
      "health check failed after 9m30s: timeout waiting for: [Deployment/msp/email-service status: 'InProgress']",
      'https://github.com/fluxcd/pkg ssa wait',
    ],
    [
      'flux-health-timeout',
      "Health check timed out for [Job 'default/neo4j-bootstrap-databases', Job 'default/mysql-bootstrap-databases']",
      'https://github.com/fluxcd/kustomize-controller/issues/373',
    ],
  ]),
  ...said('helm InstallFailed', [
    [
      'helm-render-failed',
      'Helm install failed for release msp/karmada with chart karmada@0.0.0: template: karmada/templates/karmada-static-resource-job.yaml:21:22: executing "karmada/templates/karmada-static-resource-job.yaml" at <.Values.staticResourceJob.tolerations>: nil pointer evaluating interface {}.tolerations',
      'https://github.com/helm/helm/issues/13156',
    ],
    [
      'helm-render-failed',
      'Helm install failed for release msp/kong: template: kong/templates/migrations.yaml:41:10: executing "kong/templates/migrations.yaml" at <include "kong.wait-for-postgres" .>: error calling include: template: kong/templates/_helpers.tpl:630:6: executing "kong.wait-for-postgres" at <include "kong.no_daemon_env" .>: error calling include: wrong type for value; expected map[string]interface {}; got string',
      'https://github.com/fluxcd/helm-controller/issues/152',
    ],
    [
      'helm-render-failed',
      "Helm install failed: values don't meet the specifications of the schema(s) in the following chart(s):\npgbouncer:\n- replicas: Invalid type. Expected: integer, given: string",
      'Helm 3 chartutil/jsonschema.go',
    ],
    [
      'helm-render-failed',
      "Helm install failed: values don't meet the specifications of the schema(s) in the following chart(s):\nalga-core:\n- at '/server': additional properties 'imageTg' not allowed",
      'Helm 4 jsonschema v6',
    ],
    [
      'helm-render-failed',
      'Helm install failed: opentelemetry-demo/templates/component.yaml:12:12\n  executing "opentelemetry-demo/templates/component.yaml" at <include "otel-demo.deployment" $config>:\n    error calling include:\nopentelemetry-demo/templates/_pod.tpl:14:18\n  executing "otel-demo.pod.env" at <.useDefault.env>:\n    nil pointer evaluating interface {}.env',
      'https://github.com/SREGym/SREGym/issues/686',
    ],
    [
      'helm-render-failed',
      'Helm install failed: error while running post render on files: map[string]interface {}(nil): yaml: unmarshal errors: line 12: mapping key "release" already defined at line 10',
      'https://github.com/FairwindsOps/charts/issues/769',
    ],
    [
      'flux-apply-rejected',
      'Helm install failed for release msp/temporal: unable to build kubernetes objects from release manifest: resource mapping not found for name: "temporal" namespace: "msp" from "": no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"\nensure CRDs are installed first',
      'Helm pkg/kube/client.go',
    ],
    [
      'flux-apply-rejected',
      'Helm install failed: Unable to continue with install: Service "db" in namespace "msp" exists and cannot be imported into the current release: invalid ownership metadata; annotation validation error: missing key "meta.helm.sh/release-name": must be set to "alga-core"',
      'Helm pkg/action/validate.go',
    ],
    [
      'helm-timeout',
      'Helm install failed for release msp/email-service with chart email-service@0.1.0: context deadline exceeded',
      'appliance contract, real signals',
    ],
    [
      'helm-timeout',
      'reconciliation failed: Helm upgrade failed: timed out waiting for the condition',
      'https://github.com/fluxcd/helm-controller/issues/149',
    ],
    [
      'helm-timeout',
      'Helm install failed for release msp/temporal with chart temporal@0.3.0: resource Deployment/msp/temporal not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded',
      'Helm 4 pkg/kube/statuswait.go',
    ],
    [
      'helm-timeout',
      'Helm install failed for release msp/email-service: client rate limiter Wait returned an error: context deadline exceeded',
      'https://github.com/fluxcd/helm-controller/issues/806',
    ],
    [
      'credentials-lost',
      'Helm install failed for release msp/alga-core: execution error at (alga-core/templates/db-secret.yaml:9:4): PersistentVolumeClaim alga-core-sebastian-postgres-data exists but Secret db-credentials does not: refusing to generate new credentials',
      'appliance contract, secrets',
    ],
    [
      'credentials-lost',
      'Helm install failed for release msp/alga-core: execution error at (alga-core/templates/credentials.yaml:3:3): the claim alga-core-sebastian-postgres-data is there and the Secret db-credentials is missing',
      'appliance contract, secrets',
    ],
    [
      'credentials-lost',
      'Helm upgrade failed for release msp/alga-core: execution error at (alga-core/templates/secret.yaml:1:1): db-credentials not found while the data volume alga-core-sebastian-postgres-data holds data',
      'appliance contract, secrets',
    ],
  ]),
  ...said('helm UpgradeFailed', [
    [
      'flux-apply-rejected',
      'Helm upgrade failed: error validating "": error validating data: [ValidationError(Deployment.spec.template.spec.containers[0].ports[0]): missing required field "containerPort" in io.k8s.api.core.v1.ContainerPort]',
      'https://github.com/fluxcd/helm-controller/issues/453',
    ],
    [
      'flux-apply-rejected',
      "Helm upgrade failed for release msp/alga-core with chart alga-core@0.2.0: cannot patch \"db\" with kind StatefulSet: StatefulSet.apps \"db\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy' are forbidden",
      'kube-apiserver apps validation',
    ],
    [
      'helm-operation-in-progress',
      'Helm upgrade failed: another operation (install/upgrade/rollback) is in progress',
      'https://github.com/fluxcd/helm-controller/issues/149',
    ],
    [
      'helm-operation-in-progress',
      'Helm upgrade failed for release msp/temporal with chart temporal@0.3.0: another operation (install/upgrade/rollback) is in progress',
      'Helm pkg/action/action.go errPending',
    ],
    [
      'helm-operation-in-progress',
      'cannot correlate release object with config digest: release msp/alga-core is locked in pending-upgrade',
      'helm-controller wording',
    ],
    [
      'quota-exceeded',
      'Helm upgrade failed: pods "x" is forbidden: exceeded quota: compute, requested: limits.memory=2Gi, used: limits.memory=7Gi, limited: limits.memory=8Gi',
      'kube-apiserver resourcequota admission',
    ],
  ]),
  ...said('helm ArtifactFailed', [
    [
      'helm-chart-unavailable',
      "HelmChart 'flux-system/pact-broker-pact-broker' is not ready: chart pull error: failed to download chart for remote reference: failed to get 'oci://hmctspublic.azurecr.io/helm/pact-broker:0.16.0': failed to perform \"FetchReference\" on source: hmctspublic.azurecr.io/helm/pact-broker:0.16.0: not found",
      'https://github.com/hmcts/cnp-flux-config/pull/45226',
    ],
  ]),
  ...said('chart ChartPullError', [
    [
      'helm-chart-unavailable',
      'chart pull error: failed to get chart version for remote reference: could not locate a version matching provided version string >=0.16.0-rc.5',
      'https://github.com/flux-iac/tofu-controller/issues/1508',
    ],
    [
      'helm-chart-unavailable',
      "invalid chart reference: failed to get chart version for remote reference: no 'temporal' chart with version matching '9.9.9' found",
      'source-controller internal/helm/repository',
    ],
    [
      'helm-chart-unavailable',
      'failed to fetch https://stefanprodan.github.io/podinfo2/index.yaml : 404 Not Found',
      'https://github.com/fluxcd/flux2/pull/821',
    ],
    [
      'helm-chart-unavailable',
      'chart metadata check failed: found in Chart.yaml, but missing in charts/ directory: common',
      'Helm pkg/action/dependency check',
    ],
    [
      'dns-resolution-failure',
      'chart pull error: failed to download chart for remote reference: Get "https://charts.example.com/temporal-0.3.0.tgz": dial tcp: lookup charts.example.com on 10.96.0.10:53: no such host',
      'Go net.DNSError',
    ],
  ]),
];
