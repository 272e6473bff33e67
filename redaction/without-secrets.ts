import { MASK, isSecretName, redact } from './redact.ts';

/** A field with such an ending names where a secret is, and is none: `secretName`, `secretKeyRef`, `tokenPath`. */
const REFERENCE = /(?:Name|Ref|Path|Policy|Type|Namespace)$/;
const FLAG = /^--?[a-z]/i;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const masked = (value: unknown): unknown => (typeof value === 'string' && value !== '' ? MASK : value);

/** Whether the list's entry is the value of the flag before it: `['--requirepass', 'x']`. */
function isFlagValue(list: readonly unknown[], index: number): boolean {
  const [flag, value] = [list[index - 1], list[index]];
  return typeof flag === 'string' && typeof value === 'string' && FLAG.test(flag) && isSecretName(flag);
}

function cleanFields(fields: Fields): Fields {
  const isSecret = fields['kind'] === 'Secret';
  const { name } = fields;
  const isSetting = typeof name === 'string' && typeof fields['value'] === 'string' && isSecretName(name);
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (isSecret && (key === 'data' || key === 'stringData') && isFields(value))
        return [key, Object.fromEntries(Object.entries(value).map(([each, text]) => [each, masked(text)]))];
      if (isSetting && key === 'value') return [key, masked(value)];
      const isNamedSecret = isSecretName(key) && !REFERENCE.test(key);
      return [key, isNamedSecret && typeof value === 'string' ? masked(value) : withoutSecrets(value)];
    }),
  );
}

/**
 * Takes any part of a snapshot, gives it with no secret in it: every text redacted, and the values of settings, flags and
 * fields whose very names say that they are secret. What a diagnosis says of it stays the same.
 */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value))
    return value.map((each, index) => (isFlagValue(value, index) ? MASK : withoutSecrets(each)));
  return isFields(value) ? cleanFields(value) : value;
}
