import { ApplicationFailure, DefaultFailureConverter } from '@temporalio/common';
import type { PayloadConverter, ProtoFailure, SerializationContext } from '@temporalio/common';
import { FOREIGN_FAILURE, whyRefused } from '../model/refused.ts';

/**
 * Messages and stack traces of failures are encrypted like every other payload (`temporal/data-converter.ts`). So a worker's report of a
 * failed activity always contains something encrypted; a failure without, or with somebody else's, is not ours, and its type and message
 * are ignored. (A time-out is the server's own and recognisable as that.)
 */
class SignedFailureConverter extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }

  /** The type is in clear, because the server needs it; the one that counts is encrypted beside the message. */
  override errorToFailure(error: unknown, converter: PayloadConverter, context?: SerializationContext): ProtoFailure {
    const failure = super.errorToFailure(error, converter, context);
    const type = failure.applicationFailureInfo?.type;
    if (!type || !failure.encodedAttributes) return failure;
    const attributes = converter.fromPayload<object>(failure.encodedAttributes);
    return { ...failure, encodedAttributes: converter.toPayload({ ...attributes, type }, context) };
  }

  override failureToError(failure: ProtoFailure, converter: PayloadConverter, context?: SerializationContext): Error {
    const why = context?.type === 'activity' ? whyForeign(failure, converter) : null;
    if (why === null) return super.failureToError(failure, converter, context);
    return ApplicationFailure.nonRetryable(
      `a failure that was not reported by a worker of this site: ${why}`,
      FOREIGN_FAILURE,
    );
  }
}

function whyForeign(failure: ProtoFailure, converter: PayloadConverter): string | null {
  const { applicationFailureInfo, encodedAttributes } = failure;
  if (!applicationFailureInfo) return null;
  const signed = [
    ...(encodedAttributes ? [encodedAttributes] : []),
    ...(applicationFailureInfo.details?.payloads ?? []),
  ];
  const refused = signed
    .map((payload) => whyRefused(converter.fromPayload<unknown>(payload)))
    .find((why) => why !== null);
  if (refused !== undefined) return refused;
  if (!encodedAttributes) return 'it is not encrypted';
  const attributes = converter.fromPayload<unknown>(encodedAttributes);
  // Clients up to 0.1.0 encrypted message and stack alone.
  if (attributes === null || typeof attributes !== 'object' || !('type' in attributes)) return null;
  return attributes.type === applicationFailureInfo.type ? null : 'its type was changed';
}

export const failureConverter = new SignedFailureConverter();
