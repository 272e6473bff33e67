import { APPLIANCE_SECRETS } from './appliance-secrets.ts';

const APPLIANCE = new Set<string>(APPLIANCE_SECRETS);

/** A longer run of letters is no setting's name; its end may be one. */
const LONGEST_NAME = 128;

/** Words that say "secret" at their end, alone or grown together with others: `password`, `authtoken`, `mypasswd2`. */
const SECRET_WORD =
  /(?:passw(?:or)?d|passwort|passwd|passphrase|passcode|pwd|secret|token|credential|cookie)s?\d*$|^(?:creds?|bearer|authorization|requirepass|masterauth|psk|otp|secretbox|jwts?)\d*$/;
/** `dbpass`, `userpass`, and not `bypass`. */
const PASS_WORD = /(?<!^by|^com|^tres|^encom|^sur|^over|^under|^im)pass$/;
/** Before `key`: what makes it one that is kept secret, and not the key of a map, a row or a cache. */
const KEY_OF =
  /^(?:api|auth|private|priv|access|client|crypt|crypto|cryptr|encryption|encrypt|signing|sign|session|master|secret|shared|ssh|tls|ssl|account|storage|jwt|hmac|aes|rsa|service|deploy|subscription|license|licence|app|application|root|certificate|wireguard|wg|webhook|token|host|admin|user)$/;
const GROWN_KEY =
  /(?:api|auth|private|access|crypt|crypto|cryptr|encryption|signing|secret|shared|master|client|certificate)keys?$/;

/** A name that ends so says where a secret is, how long it lives or who makes it, and holds none. */
const NO_SECRET_END = new Set(
  (
    'name names ref refs reference references path paths file files filename dir directory folder mount policy type types kind ' +
    'namespace namespaces count counts length size bytes max min limit limits used usage expires expiry expiration expired ttl ' +
    'lifetime age seconds minutes hours days ms at url urls uri uris endpoint endpoints host hosts port provider providers chain ' +
    'manager controller service services server store error errors exception failed failure failures validator validation handler ' +
    'issuer audience algorithm algo version enabled disabled required optional valid invalid status state states reset changed ' +
    'created updated rotated issued revoked hint prompt field fields format mode review reviews request requests response cache rotation generator ' +
    'factory class module middleware helper helpers util utils template templates schema id ids prefix suffix method query user ' +
    'users authentication encryption mounts items keys label labels annotation annotations projection source sources cleaner ' +
    'signer controllers volume volumes pod pods job jobs deployment configmap syncer operator reader writer resolver loader ' +
    'exists found missing mismatch ok rule rules check checks test tests spec index position context function strategy budget'
  ).split(' '),
);
const FILE_END = /\.(?:ya?ml|tpl|json|[cm]?[jt]sx?|go|py|rb|sh|conf|ini|txt|pem|crt|cer|md|log|lock|toml|gz)$/i;

/** The name of a generated object (`token-service-7d9c5b8f6d-q4z8w`) is no setting. */
const OBJECT_END =
  /-(?:[bcdfghjklmnpqrstvwxz2456789]{8,10}-)?(?=[a-z0-9]*\d)[bcdfghjklmnpqrstvwxz2456789]{5}$|-[0-9a-f]{8,10}$/;

/** `aws_secretAccessKey2` → aws, secret, access, key2. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** Whether a setting, flag, header or field of that name holds a secret. */
export function isSecretName(name: string): boolean {
  const short = name
    .slice(name.lastIndexOf('/') + 1)
    .slice(-LONGEST_NAME)
    .replace(/^-{1,2}/, '');
  if (APPLIANCE.has(short)) return true;
  if (!MAY_BE.test(short) || FILE_END.test(short)) return false;
  const words = wordsOf(short);
  const last = words.at(-1) ?? '';
  // Vault's `secret_id` is the secret beside the public `role_id`.
  if (last === 'id' && words.at(-2) === 'secret') return true;
  if (NO_SECRET_END.has(last)) return false;
  if (short.includes('-') && OBJECT_END.test(short)) return false;
  return words.some(
    (word, index) =>
      SECRET_WORD.test(word) ||
      (PASS_WORD.test(word) && (words.length > 1 || word !== 'pass')) ||
      GROWN_KEY.test(word) ||
      (/^keys?\d*$/.test(word) && index > 0 && KEY_OF.test(words[index - 1] ?? '')) ||
      (word === 'auth' && index === words.length - 1 && words.length > 1 && short === short.toUpperCase()),
  );
}

/** Most names are none: this one look spares them the others. */
const MAY_BE = /pass|pwd|secret|token|cred|cookie|key|auth|bearer|psk|otp|jwt/i;

/** Whether a name stands for objects of the cluster that hold secrets: below it are references, which are no secret. */
export function isReferenceName(name: string): boolean {
  return /^(?:secrets?|imagePullSecrets?|pullSecrets?|\w*secretRefs?|secretKeyRef|serviceAccountToken|tokenRequests)$/i.test(
    name,
  );
}
