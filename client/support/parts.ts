import type { BundleFile, Missing } from '../../bundle/index.ts';
import { explain } from '../terminal/failure.ts';

/** Each part of a bundle has this long; the parts run side by side. */
const PART_MS = 25_000;
/** A bundle is written then, with what has come. */
const WHOLE_MS = 90_000;

export interface PartAnswer {
  readonly files: readonly BundleFile[];
  /** What of the part is not there. */
  readonly missing?: readonly Missing[];
}

export interface Parts {
  /** Runs one part. Never rejects, but with the reason of the person's own signal: what fails or is late is missing. */
  run(part: string, what: string, work: (signal: AbortSignal) => Promise<PartAnswer>): Promise<void>;
  readonly files: readonly BundleFile[];
  readonly missing: readonly Missing[];
  lack(part: string, what: string, why: string): void;
}

/** Collects the parts of a bundle under their time limits. */
export function collectParts(signal: AbortSignal, limits: { partMs?: number; wholeMs?: number } = {}): Parts {
  const { partMs = PART_MS, wholeMs = WHOLE_MS } = limits;
  const whole = AbortSignal.timeout(wholeMs);
  const files: BundleFile[] = [];
  const missing: Missing[] = [];
  return {
    files,
    missing,
    lack: (part, what, why) => void missing.push({ part, what, why }),
    run: async (part, what, work) => {
      const late = AbortSignal.any([AbortSignal.timeout(partMs), whole]);
      const ends = AbortSignal.any([signal, late]);
      const { promise: ended, reject } = Promise.withResolvers<never>();
      const end = (): void => reject(new Error('ended'));
      ends.addEventListener('abort', end, { once: true });
      try {
        // What does not hear the signal is not waited for.
        const answer = await Promise.race([work(ends), ended]);
        files.push(...answer.files);
        missing.push(...(answer.missing ?? []));
      } catch (error) {
        signal.throwIfAborted();
        missing.push({
          part,
          what,
          why: late.aborted ? `no answer within ${partMs / 1000} s` : explain(error).message,
        });
      } finally {
        ends.removeEventListener('abort', end);
      }
    },
  };
}
