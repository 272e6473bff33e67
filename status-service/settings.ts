import { z } from 'zod';

const text = z.string().trim();
const optional = text.optional().transform((value) => value || null);

/** The environment that the status service is started with. */
const environment = z.object({
  HOST: text.min(1).optional(),
  PORT: z.coerce.number({ error: 'expected a port number' }).int().min(0).max(65_535).default(8080),
  STATUS_TOKEN: optional,
  STATUS_TOKEN_FILE: optional,
  HOST_IP: optional,
  APP_URL: z
    .union([z.literal(''), z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })])
    .optional()
    .transform((value) => value || null),
  SITE_ID: text.optional().transform((value) => value || 'unknown'),
  STATUS_SOURCE: z.enum(['cluster', 'stdin', 'none'], { error: 'expected cluster, stdin or none' }).optional(),
  KUBERNETES_SERVICE_HOST: optional,
  KUBERNETES_SERVICE_PORT: z.coerce.number().int().min(1).max(65_535).default(443),
  SERVICE_ACCOUNT_DIR: text.min(1).default('/var/run/secrets/kubernetes.io/serviceaccount'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export type Settings = ReturnType<typeof readSettings>;

/** The environment does not do; the message names every variable that is wrong. */
export class SettingsError extends Error {}

/**
 * By default the source is the cluster that the service runs in, or none; it listens on all addresses in a pod, and
 * only on this machine elsewhere.
 * @throws SettingsError that names each variable and what it should be, never its value
 */
export function readSettings(env: NodeJS.ProcessEnv) {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SettingsError(`The status service cannot start. Correct in its environment: ${faults.join('; ')}`);
  }
  const given = parsed.data;
  const inCluster = given.KUBERNETES_SERVICE_HOST !== null;
  return {
    host: given.HOST ?? (inCluster ? '0.0.0.0' : '127.0.0.1'),
    port: given.PORT,
    token: given.STATUS_TOKEN,
    tokenFile: given.STATUS_TOKEN_FILE,
    site: { siteId: given.SITE_ID, nodeIp: given.HOST_IP, appUrl: given.APP_URL },
    source: given.STATUS_SOURCE ?? (inCluster ? ('cluster' as const) : ('none' as const)),
    apiServer:
      given.KUBERNETES_SERVICE_HOST === null
        ? null
        : {
            host: given.KUBERNETES_SERVICE_HOST,
            port: given.KUBERNETES_SERVICE_PORT,
            serviceAccountDir: given.SERVICE_ACCOUNT_DIR,
          },
    logLevel: given.LOG_LEVEL,
  };
}
