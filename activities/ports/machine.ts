/** The operator's own machine. */
export interface MachinePort {
  /** Free bytes for this user on the file system that holds `path`. */
  freeDiskBytes(path: string): Promise<number>;
  /** Each program the install needs: where it was found, or why it was not. Only looks: nothing is fetched or built. */
  programs(
    signal: AbortSignal,
  ): Promise<{ id: string; path: string | null; version: string | null; problem: string | null }[]>;
}
