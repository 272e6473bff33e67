// Stand-in for the image's hashing of passwords: the same shape and the same settings, so that a hash made with others does
// not open the door.
import { pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Gives `salt:hash`, both in hex. */
export function hashPassword(password: string): string {
  const salt = randomBytes(Number(process.env['SALT_BYTES']) || 12).toString('hex');
  return `${salt}:${derive(password, salt).toString('hex')}`;
}

export function passwordMatches(password: string, stored: string): boolean {
  const [salt = '', hash = ''] = stored.split(':');
  const kept = Buffer.from(hash, 'hex');
  const derived = derive(password, salt);
  return kept.length === derived.length && timingSafeEqual(kept, derived);
}

function derive(password: string, salt: string): Buffer {
  const { NEXTAUTH_SECRET, ITERATIONS, KEY_LENGTH, ALGORITHM } = process.env;
  if (!NEXTAUTH_SECRET) throw new Error('Failed to retrieve the encryption key from the secret provider');
  const rounds = Number(ITERATIONS) || 10_000;
  return pbkdf2Sync(password, NEXTAUTH_SECRET + salt, rounds, Number(KEY_LENGTH) || 64, ALGORITHM || 'sha512');
}
