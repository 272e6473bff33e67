/**
 * Why a registry's answer cannot be used. `missing`: not found. `denied`: it requires credentials, or hides what it has. `busy`: it asks
 * to retry later, or has a fault. `unreachable`: no answer, and the cause says why. `refused`: the answer violates the protocol, a limit
 * or a digest, and was discarded.
 */
export type RegistryFaultKind = 'missing' | 'denied' | 'busy' | 'unreachable' | 'refused';

/** An answer of a registry that cannot be used, or none. */
export class RegistryFault extends Error {
  override readonly name = 'RegistryFault';
  readonly kind: RegistryFaultKind;

  constructor(kind: RegistryFaultKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
