/** Why there is no answer, in words. */
export class AdministrationError extends Error {
  /** `busy`: another command runs; `refused`: the program said why not; `absent`: there is nothing to ask; `silent`: no answer. */
  readonly kind: 'busy' | 'refused' | 'absent' | 'silent';
  /** False where the program may have done what it was asked to do, and nobody heard of it. */
  readonly isUntouched: boolean;

  constructor(kind: AdministrationError['kind'], message: string, isUntouched = true, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AdministrationError';
    this.kind = kind;
    this.isUntouched = isUntouched;
  }
}
