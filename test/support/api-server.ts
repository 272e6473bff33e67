import { needs } from './needs.ts';

// talos-machine makes its keys and certificates.
needs('etcd', 'kube-apiserver', 'talos-machine');

export { startApiServer } from '../../lab/control-plane.ts';
export type { ControlPlane } from '../../lab/control-plane.ts';
