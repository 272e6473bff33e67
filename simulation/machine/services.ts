import type { TalosService } from '../../activities/ports/talos.ts';
import type { Stage } from '../world/stage.ts';
import { etcdState, installerFault, refusedResolver } from './life.ts';

const BASE = ['machined', 'syslogd', 'udevd', 'auditd', 'containerd', 'apid', 'trustd', 'cri', 'kubelet'];

/** The machine's services as `talosctl services` lists them. */
export function servicesOf(stage: Stage): TalosService[] {
  if (stage.state.machine.stage !== 'booted') {
    const refused = refusedResolver(stage);
    const message = refused === null ? 'Health check successful' : installerFault(stage, refused);
    return [
      { id: 'machined', state: 'Running', healthy: true, message },
      { id: 'apid', state: 'Running', healthy: true, message: 'Health check successful' },
    ];
  }
  return [
    ...BASE.map((id) => ({ id, state: 'Running', healthy: true, message: 'Health check successful' })),
    etcd(stage),
  ];
}

function etcd(stage: Stage): TalosService {
  switch (etcdState(stage)) {
    case 'waiting':
      return { id: 'etcd', state: 'Preparing', healthy: null, message: 'Running pre state' };
    case 'starting':
      return { id: 'etcd', state: 'Running', healthy: null, message: 'Started task etcd' };
    case 'healthy':
      return { id: 'etcd', state: 'Running', healthy: true, message: 'Health check successful' };
  }
}
