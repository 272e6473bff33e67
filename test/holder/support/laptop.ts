import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import type { Surroundings } from '../../../holder/hold.ts';
import { siteFolder } from '../../../site-folder/index.ts';

/** One operator with a folder of its own, at a real API server. */
export function laptopAt(kubeconfig: string, home: string, operatorId: string, name: string): Surroundings {
  const port = kubernetesPort();
  return {
    folder: siteFolder(home, 'site'),
    operator: async () => ({ operatorId, name }),
    clock: {
      now: () => new Date(),
      sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    },
    connect: (as) => port.connect(kubeconfig, as),
  };
}
