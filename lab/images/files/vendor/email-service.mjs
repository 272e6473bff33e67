// STAND-IN for Alga PSA's email service, of the appliance's lab: it reads mailboxes as the database's administrator before it
// answers, and reads their passwords from the tenants' secrets.
import { createHash } from 'node:crypto';
import { look, queryAsAdministrator } from './health.mjs';
import { giveUp, serve } from './serve.mjs';
import { readTenantSecret } from './tenant-secrets.mjs';

await queryAsAdministrator('select tenant from tenants').catch((error) => giveUp(error.message));

serve('email-service', Number(process.env.PORT || 8080), {
  '/health': async () => ({ status: 'ok', healthy: await look({ withTemporal: false }) }),
  /** Whether a mailbox's password can be read, without the password. */
  '/stand-in/mail-password': async (asked) => {
    const { rows } = await queryAsAdministrator('select tenant from tenants');
    const name = `imap_password_${asked.get('mailbox') ?? ''}`;
    const passwords = rows.map(async ({ tenant }) => {
      try {
        const password = await readTenantSecret(tenant, name);
        if (password === undefined) return { tenant, readable: false, reason: 'there is no such secret' };
        return { tenant, readable: true, sha256: createHash('sha256').update(password).digest('hex') };
      } catch (error) {
        return { tenant, readable: false, reason: error.message };
      }
    });
    return { passwords: await Promise.all(passwords) };
  },
});
