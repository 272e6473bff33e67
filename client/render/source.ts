import type { InstallSpec } from '../../model/site.ts';
import { clean } from '../terminal/text.ts';

/** What the appliance will follow: release and profile, and repository, branch and folder. */
export function sourceLines(spec: InstallSpec): string[] {
  const { repo, release, profile, channel } = spec;
  return [
    `Release: ${release.releaseVersion}${channel ? ` (channel ${channel})` : ''}, branch ${release.app.releaseBranch}, profile ${profile}, mode ${spec.mode}`,
    `Source: ${clean(repo.url)}, branch ${clean(repo.branch)}, folder ${clean(repo.path)}`,
    ...branchNotes(spec),
  ];
}

/** A note if the branch that Flux follows is not the release's own. */
export function branchNotes({ repo, release, channel }: InstallSpec): string[] {
  const { releaseBranch } = release.app;
  if (repo.branch === releaseBranch) return [];
  const by = channel === null ? '' : ` (chosen by --repo-branch or by the channel ${channel})`;
  return [
    `Flux follows branch ${clean(repo.branch)}${by} instead of ${releaseBranch}, the branch of release ${release.releaseVersion}: ` +
      'charts and manifests come from that branch, images from the release.',
  ];
}
