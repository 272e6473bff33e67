/** Words that follow `password:` or `token:` in an ordinary sentence. */
const SENTENCE = new Set(
  (
    'authentication authorization auth authenticated authorized failed failure fails failing required requires expired expires expiry ' +
    'invalid missing not is was were are be been being for of and or nor but if else when while file null undefined none nil true ' +
    'false empty must has have had cannot can could should would may might mismatch incorrect wrong encryption provided supplied ' +
    'configured in from the a an to too on at by with within without via per endpoint request requests response error errors ' +
    'not_found found does did do unexpected get post put patch head delete dial http https unable status code x509 tls ssl context ' +
    'server servers secrets secret configmaps configmap references reference read reading write writing password passwords token ' +
    'tokens refused rejected denied unauthorized forbidden no yes timeout timed open connect connection connecting permission ' +
    'unknown lookup exit exec eof unmarshal marshal parse parsing decode decoding decoded encode json yaml rpc grpc create ' +
    'created creating update updated updating deleted deleting set unset reset changed unchanged rotated rotating renewed renewing ' +
    'refreshed refreshing loaded loading accepted valid verified verification validated validating ok okay success successful ' +
    'successfully enabled disabled present absent exists exist available unavailable pending ready using used unused stored saved ' +
    'generated generating received retrieved retrieving fetched fetching fetch checking checked waiting wait retry retrying got this ' +
    'that these those it its you your we there here please see all any each every some only just already still now then also login ' +
    'user users username account accounts credentials credential key keys name names value values type types policy access header ' +
    'headers cookie cookies session sessions bearer basic digest scheme realm database role object objects resource resources pod pods ' +
    'volume volumes mount mounted mounting unmounted namespace service certificate certificates signature issuer audience scope claims ' +
    'refresh rotation renewal expiration validation limit quota exceeded bad malformed corrupt corrupted unsupported supported ' +
    'unspecified omitted ignored skipped redacted hidden masked bytes byte length count usage setup configuration ' +
    'settings information info warning debug fatal panic warn trace internal external done started starting stopped finished complete completed running removed expected expecting want wanted server-side client-side connect: tcp'
  ).split(' '),
);

/** What a setting without a value is written as, also after `=`. */
const NOTHING =
  /^(?:null|undefined|none|nil|true|false|yes|no|on|off|unset|unchanged|missing|absent|present|empty|invalid|expired|valid|ok|enabled|disabled|unknown|required|n\/a|-+|\*{2,}|x{3,}|\.{3}|…|\[\]|\{\}|0|1)$/i;

/** A reference that is filled in elsewhere, or what another program has put in the place of a secret. */
const PLACEHOLDER =
  /^(?:\$\{[^{}]{1,200}\}|\$\([^()]{1,200}\)|\{\{[^{}]{1,200}\}\}|%[A-Z_]{1,80}%|<[^<>]{0,300}>|\[?\(?(?:redacted|masked|hidden|filtered|secret|sensitive|none|empty)\)?\]?|process\.env(?:\.|\[).{1,100}|os\.environ.{1,100})$/i;

const trimmed = (word: string): string => word.replace(/[.,:;!?)\]}]{1,4}$/, '');

export function isNothing(value: string): boolean {
  return value === '' || NOTHING.test(trimmed(value)) || PLACEHOLDER.test(value);
}

export function isSentenceWord(word: string): boolean {
  const bare = trimmed(word);
  return (
    bare === '' ||
    bare.includes('[redacted]') ||
    SENTENCE.has(bare.toLowerCase()) ||
    isNothing(bare) ||
    // Parts of an error: `oauth2: "invalid_grant"`; the name of an error.
    (/^[A-Za-z][\w./-]{0,40}:$/.test(word) && !/\d.*\d/.test(word)) ||
    /(?:Error|Exception)$/.test(bare)
  );
}

const TELLS =
  /\b(?:fail(?:ed|s|ure)?|errors?|not|cannot|could|refused|denied|invalid|expire[sd]?|returned|missing|unable|timeout|timed|unauthorized|forbidden|required|rejected|unexpected)\b/i;

/** Whether what follows a name and a colon is a sentence about it, and no value: an HTTP status, a size, words of an error. */
export function isSentence(rest: string): boolean {
  const [first = ''] = /^\S{0,200}/.exec(rest) ?? [];
  if (isSentenceWord(first)) return true;
  if (/^[1-5]\d\d(?:$|[ :,]\s{0,4}"?[A-Z][a-z])/.test(rest)) return true;
  if (/^\d{1,12} (?:bytes?|keys?|items?|entries|chars?|characters|seconds?|minutes?|hours?|days?|times?)\b/.test(rest))
    return true;
  if (/^https?:\/\//.test(rest)) return true;
  return /^[A-Za-z]{2,24}\d? +\S/.test(rest) && TELLS.test(rest.slice(first.length, first.length + 120));
}

/** A word with letters and digits or signs, and not the name of an object, a version or a setting. */
export function looksMade(value: string): boolean {
  if (value.length < 6 || !/[A-Za-z]/.test(value) || !/[\d!#$%^*+?~]/.test(value)) return false;
  return (
    !/^<[!/?a-z]/i.test(value) &&
    !/^v?\d+[\d.]*\w?$/.test(value) &&
    !/^[a-z0-9]+(?:[-./][a-z0-9]+)+$/.test(value) &&
    !/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value)
  );
}
