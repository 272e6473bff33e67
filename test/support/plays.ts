import type { InstallProgress } from '../../model/progress.ts';
import type { ScenarioName } from '../../simulation/index.ts';
import type { SimulatedInstall } from './simulated-install.ts';

/** What a person does in each scenario, so that its install ends; nothing where it ends by itself. */
const HELP: Partial<Record<ScenarioName, (install: SimulatedInstall) => Promise<void>>> = {
  'dns-refused': (install) => install.set({ dnsServers: ['1.1.1.1'] }),
  'setup-fails-once': (install) => install.retry(),
  'node-already-installed': async (install) => {
    await install.handle.cancel();
  },
};

/** Plays a scenario's install to its end: waits for it to park where a person must act, and acts. */
export async function playToEnd(install: SimulatedInstall, scenario: ScenarioName): Promise<InstallProgress> {
  const help = HELP[scenario];
  if (help) {
    await install.until(({ state }) => state === 'parked');
    await help(install);
  }
  return install.end();
}
