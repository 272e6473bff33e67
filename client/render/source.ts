import type { InstallSpec } from '../../model/site.ts';
import { clean } from '../terminal/text.ts';

/** Takes a spec, gives in lines what the appliance will follow: where the tree lies, and which release and profile it is. */
export function sourceLines(spec: InstallSpec): string[] {
  const { repo, release, profile, channel } = spec;
  return [
    `Release: ${release.releaseVersion}${channel ? ` (channel ${channel})` : ''}, its branch ${release.app.releaseBranch}, profile ${profile}, mode ${spec.mode}`,
    `Source: ${clean(repo.url)}, branch ${clean(repo.branch)}, folder ${clean(repo.path)}`,
    ...branchNotes(spec),
  ];
}

/** Says where the branch that Flux follows is not the release's own; nothing where it is. */
export function branchNotes({ repo, release, channel }: InstallSpec): string[] {
  const { releaseBranch } = release.app;
  if (repo.branch === releaseBranch) return [];
  const by = channel === null ? '' : ` (chosen by --repo-branch or by the channel ${channel})`;
  return [
    `Flux follows the branch ${clean(repo.branch)}${by}, and not ${releaseBranch}, the branch of release ${release.releaseVersion}: ` +
      'charts and manifests are those of that branch, the images those of the release.',
  ];
}
