import { withoutPem, withoutSecretObjects } from './blocks.ts';
import { plainText } from './controls.ts';
import { withoutNamedValues } from './pairs.ts';
import { withoutSecretSettings } from './settings.ts';
import { withoutKnownShapes } from './shapes.ts';
import { withoutSpoken } from './spoken.ts';
import { withoutTables } from './tables.ts';

/**
 * A text from outside without secrets, colours and control characters: passwords in addresses and settings, tokens, keys,
 * certificates. What a person needs to read a failure stays: names of users, objects, images, keys and digests, counts. The time
 * that it takes grows with the length of the text and with nothing else in it.
 */
export function redact(text: string): string {
  return withoutKnownShapes(
    withoutSecretSettings(
      withoutNamedValues(withoutTables(withoutSpoken(withoutSecretObjects(withoutPem(plainText(text)))))),
    ),
  );
}
