import type { LoginProbe } from '../../model/status.ts';

export interface HttpPort {
  /** One GET without following redirects. A connection that fails is an answer with `error`, not an exception. */
  get(
    url: string,
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<LoginProbe & { readonly date: Date | null }>;
}
