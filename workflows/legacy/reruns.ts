import type { Input, InputKey } from '../../model/inputs.ts';

const SOFTWARE = ['selectRelease', 'prepullImages', 'connectSource'];

/** What ran again for a changed input. */
const RERUNS: Partial<Record<InputKey, readonly string[]>> = {
  dnsServers: ['setNodeResolvers', 'setClusterDns'],
  ntpServers: ['setNodeResolvers', 'setClusterDns'],
  'repo.branch': ['selectRelease', 'connectSource'],
  collaboration: SOFTWARE,
  collaborationImage: SOFTWARE,
  'imageTags.algaCore': SOFTWARE,
  'imageTags.workflowWorker': SOFTWARE,
  'imageTags.emailService': SOFTWARE,
  'imageTags.temporalWorker': SOFTWARE,
};

/** The steps that ran again when the input was changed. */
export function rerunsFor({ key }: Input): readonly string[] {
  return RERUNS[key] ?? [];
}
