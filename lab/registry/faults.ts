import { z } from 'zod';

/** What a registry plays, for references that contain `image` (part of `repository:tag`; all when empty). */
export const registryFault = z.object({
  kind: z.enum(['missing', 'unauthorized', 'rate-limited', 'server-error', 'slow', 'cut', 'other-architecture']),
  image: z.string().default(''),
  /** Of `slow`: how many bytes a second pass. */
  bytesPerSecond: z.number().default(2_000_000),
});
export type RegistryFault = z.infer<typeof registryFault>;
