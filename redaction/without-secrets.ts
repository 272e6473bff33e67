import { MASK } from './mask.ts';
import { isReferenceName, isSecretName } from './names.ts';
import { redact } from './redact.ts';

/** A field with such an ending names where a secret is, and is none: `secretName`, `secretKeyRef`, `tokenPath`. */
const REFERENCE = /(?:Name|Ref|Path|Policy|Type|Namespace)$/;
const FLAG = /^--?[a-z]/i;
const LAST_APPLIED = /last-applied-configuration$/;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether the list's entry is the value of the flag before it: `['--requirepass', 'x']`. */
function isFlagValue(list: readonly unknown[], index: number): boolean {
  const [flag, value] = [list[index - 1], list[index]];
  return typeof flag === 'string' && typeof value === 'string' && FLAG.test(flag) && isSecretName(flag);
}

/** Everything below a secret name, its structure kept; what is empty or a yes and no says nothing. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, masked(each)]));
  return typeof value === 'boolean' || value === null || value === '' ? value : MASK;
}

/** The texts of a Secret stay as names of keys alone. */
function maskedSecret(key: string, value: unknown): boolean {
  return (key === 'data' || key === 'stringData') && isFields(value);
}

/** A copy of an object in a text; one that cannot be read is left out whole. */
function cleanCopy(text: string): string {
  try {
    return JSON.stringify(withoutSecrets(JSON.parse(text)));
  } catch {
    return MASK;
  }
}

function cleanField(key: string, value: unknown): unknown {
  if (LAST_APPLIED.test(key) && typeof value === 'string') return cleanCopy(value);
  if (!isSecretName(key) || REFERENCE.test(key)) return withoutSecrets(value);
  if (typeof value === 'number') return /s$/i.test(key) ? value : MASK;
  // `imagePullSecrets: [{ name }]`, `secret: { secretName, items }` say where a secret is.
  if (isReferenceName(key) && typeof value === 'object') return withoutSecrets(value);
  return masked(value);
}

function cleanFields(fields: Fields): Fields {
  const isSecret = fields['kind'] === 'Secret';
  const { name } = fields;
  const isSetting = typeof name === 'string' && 'value' in fields && isSecretName(name);
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if ((isSecret && maskedSecret(key, value)) || (isSetting && key === 'value')) return [redact(key), masked(value)];
      return [redact(key), cleanField(key, value)];
    }),
  );
}

/**
 * Any part of a snapshot with no secret in it: every text redacted, and everything below settings, flags and fields whose very
 * names say that they are secret. What a diagnosis says of it stays the same.
 */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value))
    return value.map((each, index) => (isFlagValue(value, index) ? MASK : withoutSecrets(each)));
  return isFields(value) ? cleanFields(value) : value;
}
