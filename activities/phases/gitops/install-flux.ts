import { z } from 'zod';
import { ref } from '../../../kubernetes/addresses.ts';
import { FLUX, NAMESPACES } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { ofComponents, stopOnBlockers } from '../../appliance-look.ts';
import { openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { currentCondition, rollout } from '../../../kubernetes/readiness.ts';
import { waitFor } from '../../wait.ts';

/** With it a new commit ends a health check that waits for an older one, instead of waiting for its end (Flux 2.7). */
const FEATURE_GATE = '--feature-gates=CancelHealthCheckOnNewRevision=true';
/** `flux install` puts its version on every object that it makes. */
const VERSION_LABEL = 'app.kubernetes.io/version';

/** Installs Flux's controllers at the release's version: definitions first, then the rest, then waits until they serve. */
export async function installFlux(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec, ports, signal } = context;
  const cluster = await openCluster(context);
  const version = spec.release.flux.version;
  const detail = `Flux ${version} is running`;
  if (await isInstalled(cluster, version, signal)) return { did: 'nothing-to-do', detail };

  context.see(`the manifests of Flux ${version}`, 'not read yet');
  const objects = await ports.manifests.flux(spec.release, spec.fluxManifests, signal);
  const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition' || kind === 'Namespace');
  const rest = objects.filter((object) => !definitions.includes(object)).map(withFeatureGate);
  await applyAll(context, cluster, definitions);
  await awaitDefinitions(context, cluster, definitions);
  await applyAll(context, cluster, rest);
  await awaitControllers(context, cluster);
  return { did: 'acted', detail };
}

async function isInstalled(cluster: Cluster, version: string, signal: AbortSignal): Promise<boolean> {
  for (const name of FLUX.controllers) {
    const found = await cluster.get(ref.deployment(NAMESPACES.flux, name), signal);
    if (!found || found.metadata.labels?.[VERSION_LABEL] !== version || !rollout(found).done) return false;
  }
  return true;
}

async function applyAll(context: PhaseContext, cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  for (const [index, object] of objects.entries()) {
    context.see(`Flux to be applied`, `${index} of ${objects.length}: ${object.kind} ${object.metadata.name}`);
    await cluster.apply(object, context.signal, { force: true });
  }
}

async function awaitDefinitions(
  context: PhaseContext,
  cluster: Cluster,
  objects: readonly KubernetesObject[],
): Promise<void> {
  const names = objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ metadata }) => metadata.name);
  await waitFor(context, {
    what: "Flux's definitions to be served",
    look: async () => {
      const found = await cluster.list(
        { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
        {},
        context.signal,
      );
      const served = new Set(
        found
          .filter((object) => currentCondition(object, 'Established')?.status === 'True')
          .map(({ metadata }) => metadata.name),
      );
      const missing = names.filter((name) => !served.has(name));
      return missing.length === 0 ? { done: true } : { saw: `not served yet: ${missing.join(', ')}` };
    },
  });
}

async function awaitControllers(context: PhaseContext, cluster: Cluster): Promise<void> {
  const check = stopOnBlockers(context, cluster, ofComponents(...FLUX.controllers));
  await waitFor(context, {
    what: "Flux's controllers to be available",
    look: async () => {
      const states = await Promise.all(
        FLUX.controllers.map(async (name) => {
          const found = await cluster.get(ref.deployment(NAMESPACES.flux, name), context.signal);
          return found ? rollout(found) : { done: false, saw: `${name}: does not exist yet` };
        }),
      );
      if (states.every(({ done }) => done)) return { done: true };
      const activeOperations = await check();
      return {
        saw: states
          .filter(({ done }) => !done)
          .map(({ saw }) => saw)
          .join('; '),
        activeOperations,
      };
    },
  });
}

const controller = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(z.looseObject({ name: z.string(), args: z.array(z.string()).default([]) })),
      }),
    }),
  }),
});

function withFeatureGate(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Deployment' || object.metadata.name !== 'kustomize-controller') return object;
  const { spec } = controller.parse(object);
  const containers = spec.template.spec.containers.map((container) =>
    container.args.some((arg) => arg.startsWith('--feature-gates'))
      ? container
      : { ...container, args: [...container.args, FEATURE_GATE] },
  );
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
}
