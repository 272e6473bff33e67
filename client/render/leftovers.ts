import type { InstallProgress } from '../../model/progress.ts';
import type { PhaseId } from '../../model/phases.ts';

/** Takes the progress of an install that was cancelled, the site's folder and the call that recovers it, gives what it leaves on the node and on this machine. */
export function leftoverLines(progress: InstallProgress, folder: string, recover: string): string[] {
  const began = (id: PhaseId): boolean => progress.phases.find((phase) => phase.id === id)?.since !== null;
  const isDone = (id: PhaseId): boolean => progress.phases.find((phase) => phase.id === id)?.finishedAt !== null;
  const left = [
    ...(isDone('host')
      ? [`Talos and Kubernetes run on ${progress.nodeIp}.`]
      : began('host')
        ? [`${progress.nodeIp} may hold a machine configuration already: Talos may be installing or running there.`]
        : []),
    ...(progress.facts.wipe === 'wiped' ? ['The application data of the earlier appliance is wiped.'] : []),
    ...(began('storage') ? ['The storage provisioner may be installed.'] : []),
    ...(began('gitops') ? ['Flux may be installed.'] : []),
    ...(began('identity') ? ['Namespaces and secrets exist in the cluster.'] : []),
    ...(began('release')
      ? ['Flux follows the Git source: it goes on deploying the application without the installer.']
      : []),
  ];
  return [
    ...(left.length > 0 ? ['What is left:', ...left.map((line) => `  ${line}`)] : ['The node was not touched.']),
    `  ${folder} keeps this site's credentials and record. Do not delete it: a later start needs it.`,
    `\`${recover}\` goes on with what is there.`,
  ];
}
