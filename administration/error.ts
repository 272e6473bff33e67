/** Why there is no answer; the message is for people. */
export class AdministrationError extends Error {
  /** `busy`: another command is running; `refused`: the program said why; `absent`: there is nothing to ask; `silent`: no answer. */
  readonly kind: 'busy' | 'refused' | 'absent' | 'silent';
  /** False if the program may have done what it was asked to do, without an answer. */
  readonly isUntouched: boolean;

  constructor(kind: AdministrationError['kind'], message: string, isUntouched = true, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AdministrationError';
    this.kind = kind;
    this.isUntouched = isUntouched;
  }
}
