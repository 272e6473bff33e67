import semver from 'semver';
import type { Blocker } from '../../../../model/blocker.ts';
import { PATIENCE } from '../../../../model/timing.ts';
import { TalosError } from '../../../ports/talos.ts';
import { blockerFor } from '../../../stop.ts';
import { failed, passed } from '../check.ts';
import type { Check, Look } from '../check.ts';

/**
 * The programs that phases run are there, in versions that will do; talosctl is fetched or built where it is missing, which may
 * take minutes once. Temporal's own program is not asked for: a worker that asks has its server already.
 */
export const programs: Check = {
  id: 'programs',
  title: 'Programs on this machine',
  group: 'operator',
  timeoutMs: PATIENCE.checkEverything.programs,
  run: async (look) => {
    look.see('preflight checks', 'checking talosctl and git; talosctl is downloaded if it is missing');
    const [talosctl, git] = await Promise.all([talosctlHere(look), gitHere(look)]);
    if (typeof talosctl === 'string' && typeof git === 'string') return passed(`${talosctl}, ${git}`);
    return failed(...[talosctl, git].filter((found) => typeof found !== 'string'));
  },
};

/** "Your talosctl version should match the version of Talos Linux running on your host" (Talos v1.12 documentation). */
async function talosctlHere(look: Look): Promise<string | Blocker> {
  const wanted = look.spec.release.talos.version;
  try {
    const version = await look.ports.talos.clientVersion(look.signal);
    const [one, other] = [semver.coerce(version), semver.coerce(wanted)];
    if (one && other && one.major === other.major && one.minor === other.minor) return `talosctl ${version}`;
    return blockerFor(look, 'operator-tool-missing', {
      component: 'talosctl',
      object: 'this machine',
      facts: { tool: `talosctl ${wanted}` },
      reason: `This machine has talosctl ${version}, but the release has Talos ${wanted}: only a talosctl of the same minor version supports its configuration.`,
    });
  } catch (error) {
    if (!(error instanceof TalosError) || error.fault !== 'tool-missing') throw error;
    return missing(look, `talosctl ${wanted}`, 'talosctl', error.answer.stderr);
  }
}

async function gitHere(look: Look): Promise<string | Blocker> {
  const git = (await look.ports.machine.programs(look.signal)).find(({ id }) => id === 'git');
  if (git?.path) return git.version === null ? 'git' : `git ${git.version}`;
  return missing(look, 'git', 'git', git?.problem ?? 'not found');
}

function missing(look: Look, tool: string, component: string, message: string): Blocker {
  const at = look.ports.clock.now().toISOString();
  const evidence = [{ source: 'operator', object: component, message, at }];
  return blockerFor(look, 'operator-tool-missing', { component, object: 'this machine', facts: { tool }, evidence });
}
