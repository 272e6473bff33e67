import { channelName } from '../../model/release.ts';
import type { ChannelName, ReleaseManifest } from '../../model/release.ts';
import { ReleaseError, selectRelease } from '../../model/releases.ts';
import type { ReleaseCatalogue } from '../../model/releases.ts';
import type { InstallSpec } from '../../model/site.ts';
import type { Fault } from './faults.ts';
import type { Values } from './values.ts';

/** The release of an install, the channel that named it, and the branch that Flux follows for it. */
export interface Choice {
  readonly release: ReleaseManifest | null;
  readonly channel: ChannelName | null;
  readonly branch: string | null;
  readonly faults: Fault[];
}

/**
 * The release to install. A flag or variable wins over the site's record; an installed site keeps its release, because moving to
 * another one is an upgrade and not a repair.
 */
export function chooseRelease(said: Values, recorded: InstallSpec | null, catalogue: ReleaseCatalogue): Choice {
  const version = said.get('release')?.text;
  const channel = said.get('channel')?.text;
  if (version !== undefined && channel !== undefined)
    return failed('--release-version', `"${version}" and --channel "${channel}" cannot be combined: give one of them`);
  if (version === undefined && channel === undefined && recorded) {
    const { release } = recorded;
    return { release, channel: recorded.channel, branch: release.app.releaseBranch, faults: [] };
  }
  const wanted = version === undefined ? { channel: channel ?? 'stable' } : { version };
  try {
    const { release, branch } = selectRelease(catalogue, wanted);
    return { release, branch, channel: 'channel' in wanted ? channelName.parse(wanted.channel) : null, faults: [] };
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return failed(version === undefined ? '--channel' : '--release-version', error.message);
  }
}

function failed(flag: string, text: string): Choice {
  return { release: null, channel: null, branch: null, faults: [{ flag, text }] };
}
