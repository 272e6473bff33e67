import { z } from 'zod';
import { rendered, workloads, type Container, type Manifest, type Workload } from './objects.ts';
import { RELEASES } from './values.ts';

/** Everything that the charts make on the appliance, collaborative editing included. */
export interface Appliance {
  readonly manifests: readonly Manifest[];
  readonly pods: readonly Workload[];
  /** The first container of a workload, by the workload's name. */
  own(name: string): Container;
  /** Where that container mounts something. */
  mountPaths(name: string): string[];
}

export const mounts = z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]);
export const ports = z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]);

/** Renders all charts with the appliance's values. */
export async function renderAppliance(): Promise<Appliance> {
  const charts = Object.keys(RELEASES).map((chart) =>
    rendered(chart, chart === 'alga-core' ? ['--set', 'hocuspocus.enabled=true,images.hocuspocus.tag=1.0'] : []),
  );
  const manifests = (await Promise.all(charts)).flat();
  const pods = workloads(manifests);
  const own = (name: string): Container => {
    const [container] = pods.find((each) => each.name === name)?.pod.containers ?? [];
    if (!container) throw new Error(`there is no workload ${name}`);
    return container;
  };
  const mountPaths = (name: string) => mounts.parse(own(name)['volumeMounts']).map(({ mountPath }) => mountPath);
  return { manifests, pods, own, mountPaths };
}
