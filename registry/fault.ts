/**
 * Why a registry's answer is of no use. `missing`: it has no such thing. `denied`: it wants credentials, or hides what it has.
 * `busy`: it asks to come later, or is in trouble. `unreachable`: there was no answer, and the cause says why. `refused`: what it
 * says breaks the protocol, a bound or a digest, and none of it was believed.
 */
export type RegistryFaultKind = 'missing' | 'denied' | 'busy' | 'unreachable' | 'refused';

/** An answer of a registry that nobody can go on with, or none. */
export class RegistryFault extends Error {
  override readonly name = 'RegistryFault';
  readonly kind: RegistryFaultKind;

  constructor(kind: RegistryFaultKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
