/** What a registry plays, for references that contain `image` (part of `repository:tag`; all when empty). */
export interface RegistryFault {
  readonly kind: 'missing' | 'unauthorized' | 'rate-limited' | 'server-error' | 'slow' | 'cut' | 'other-architecture';
  readonly image: string;
  /** Of `slow`: how many bytes a second pass. */
  readonly bytesPerSecond?: number;
  /** Of `slow`: the image gets a layer of so many bytes more. */
  readonly layerBytes?: number;
}
