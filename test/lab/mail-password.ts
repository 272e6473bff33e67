import type { Bench } from './bench.ts';

/** What a tenant's mailbox is opened with. It lies in a file, and must outlive every pod. */
export const MAIL_PASSWORD = 'canary-Mail-Password-11';

const urlOf = ({ lab }: Bench): string => `http://${lab.record.nodeAddress}:3000/api/tenant-secrets/imap_password`;

/** Stores the password, as the settings of a mailbox do. */
export async function setMailPassword(bench: Bench): Promise<void> {
  const response = await fetch(urlOf(bench), { method: 'POST', body: MAIL_PASSWORD });
  if (!response.ok) throw new Error(`the server refused the password: ${response.status} ${await response.text()}`);
}

/** Gives the stored password, or null where there is none. */
export async function mailPassword(bench: Bench): Promise<string | null> {
  const response = await fetch(urlOf(bench));
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`the server gave no password: ${response.status} ${await response.text()}`);
  return response.text();
}
