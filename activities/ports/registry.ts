export type ImageAnswer =
  | {
      readonly found: true;
      readonly digest: string;
      readonly sizeBytes: number | null;
      readonly platforms: readonly string[];
    }
  | {
      readonly found: false;
      /** `name-invalid`: the reference cannot be parsed. `dns`: the registry's name cannot be resolved from here. */
      readonly why: 'missing' | 'name-invalid' | 'unauthorized' | 'rate-limited' | 'dns' | 'unreachable';
      readonly message: string;
    };

/** A container registry, asked over the OCI distribution protocol with its token flow. */
export interface RegistryPort {
  /**
   * For a reference such as `ghcr.io/nine-minds/alga-psa-ee:eaec6253`. An answer of the registry is never an
   * exception.
   */
  lookUp(reference: string, signal: AbortSignal): Promise<ImageAnswer>;
}
