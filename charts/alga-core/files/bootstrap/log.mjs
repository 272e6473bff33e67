// Lines on stdout. Every line, a child's included, loses the secrets first: the image's own knexfile prints the password
// that it reads from the environment.

const SECRET_NAME = /PASSWORD|SECRET|TOKEN|KEY$/;
/** A password that a program made itself, told in prose: `Temporary Password: …`, `Password is -> …`. */
const PROSE = /(password(?: is)?\s*(?:->|[:=])\s*)\S.*/gi;

/**
 * Makes the log.
 * @param {Record<string, string | undefined>} env the environment whose secret values must never be printed
 */
export function createLog(env) {
  const secrets = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && value && value.length >= 4)
    .map(([, value]) => value)
    .sort((a, b) => b.length - a.length);
  const redact = (text) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text).replace(PROSE, '$1[redacted]');
  const print = (line) => process.stdout.write(`${redact(line)}\n`);
  return {
    redact,
    info: (message) => print(`bootstrap: ${message}`),
    error: (message) => print(`ERROR: ${message}`),
    child: (name, line) => print(`${name}: ${line}`),
  };
}
