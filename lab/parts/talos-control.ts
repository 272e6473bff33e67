import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/** What the simulated machine plays. Which fields count depends on the kind; see `talos-machine/internal/faults/kinds.go`. */
const talosFaultSchema = z.discriminatedUnion('kind', [
  /** Nothing answers: connections are refused, or dropped without a word. */
  z.object({ kind: z.literal('unreachable'), how: z.enum(['refuse', 'blackhole']).optional() }),
  /** The API shows a certificate of another CA. */
  z.object({ kind: z.literal('foreign-ca') }),
  z.object({ kind: z.literal('disk-missing'), disk: z.string().optional() }),
  /** The machine's clock is off; `unsynced`: it also reaches no time server, and so issues no certificate. */
  z.object({ kind: z.literal('clock-off'), offsetMs: z.number().optional(), unsynced: z.boolean().optional() }),
  /**
   * The resolver refuses while the installer (or an image) is pulled; freed by other resolvers in the configuration.
   * `silent`: the API stays closed meanwhile, which is what Talos v1.12 does; without it logs and services can be read.
   */
  z.object({ kind: z.literal('dns-refused'), resolver: z.string().optional(), silent: z.boolean().optional() }),
  z.object({ kind: z.literal('slow'), delayMs: z.number() }),
  /** The nth call of a method (`Bootstrap`, `ApplyConfiguration`, `List`…) is struck, before or after its effect. */
  z.object({
    kind: z.literal('call'),
    method: z.string(),
    nth: z.number().optional(),
    when: z.enum(['before', 'after']).optional(),
    action: z.enum(['cut', 'reboot', 'hang', 'error']).optional(),
    /** gRPC status code and message of an error. */
    code: z.number().optional(),
    message: z.string().optional(),
  }),
  /** After the next boot the machine is at another address (`IP:PORT`). */
  z.object({ kind: z.literal('other-address'), address: z.string() }),
  z.object({ kind: z.literal('etcd-down') }),
  /** The installer fails: the machine reboots and is back in maintenance mode, without its configuration. */
  z.object({ kind: z.literal('install-fails'), message: z.string().optional() }),
  /** Pulling an image fails; with a message that ends in "not found" at once, else after `delayMs` (2 s). */
  z.object({
    kind: z.literal('image-pull'),
    image: z.string(),
    message: z.string().optional(),
    delayMs: z.number().optional(),
  }),
]);
export type TalosFault = z.infer<typeof talosFaultSchema>;

const talosStateSchema = z.object({
  stage: z.enum(['off', 'maintenance', 'installing', 'booting', 'running', 'rebooting', 'shutting down', 'resetting']),
  mode: z.enum(['closed', 'maintenance', 'secure']),
  listen: z.string(),
  hostname: z.string(),
  bootId: z.string(),
  boots: z.number(),
  installed: z.boolean(),
  bootstrapped: z.boolean(),
  kubernetesReady: z.boolean(),
  /** What happened to the machine, counted: applyConfiguration, install, bootstrap, reboot, reset, shutdown, imagePull, kubeconfig. */
  effects: z.record(z.string(), z.number()),
  /** Calls of the machine API by method. */
  calls: z.record(z.string(), z.number()),
  resolvers: z.array(z.string()),
  timeServers: z.array(z.string()),
  images: z.array(z.string()),
  faults: z.array(z.object({ kind: z.string() }).loose()),
  services: z.array(z.object({ id: z.string(), state: z.string(), healthy: z.boolean().nullable() })),
  config: z.object({ sha256: z.string(), clusterId: z.string(), machineCaSha256: z.string() }).nullable(),
  kubernetesDir: z.string(),
});
type TalosState = z.infer<typeof talosStateSchema>;

const CALL_TIMEOUT_MS = 10_000;

/** The way in beside the machine API: what a person at the machine sees and can do. Every call gives the state after it. */
export interface TalosControl {
  readonly url: string;
  state(): Promise<TalosState>;
  setFaults(faults: readonly TalosFault[]): Promise<TalosState>;
  addFault(fault: TalosFault): Promise<TalosState>;
  liftFault(kind: TalosFault['kind']): Promise<TalosState>;
  reboot(): Promise<TalosState>;
  /** Everything ends at once; the machine boots again. */
  powerCut(): Promise<TalosState>;
  powerOn(): Promise<TalosState>;
  /**
   * Waits for a state.
   * @throws Error that says what the state was when the time (default 30 s) was over
   */
  waitFor(wanted: (state: TalosState) => boolean, timeoutMs?: number): Promise<TalosState>;
}

/** Makes the control client of a simulated machine. */
export function talosControl(url: string): TalosControl {
  const call = async (method: string, path: string, body?: unknown): Promise<TalosState> => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${method} ${path} of the simulated machine: ${await response.text()}`);
    return talosStateSchema.parse(await response.json());
  };
  const state = (): Promise<TalosState> => call('GET', '/state');
  return {
    url,
    state,
    setFaults: (faults) => call('PUT', '/faults', faults),
    addFault: (fault) => call('POST', '/faults', fault),
    liftFault: (kind) => call('DELETE', `/faults/${kind}`),
    reboot: () => call('POST', '/reboot'),
    powerCut: () => call('POST', '/power-cut'),
    powerOn: () => call('POST', '/power-on'),
    async waitFor(wanted, timeoutMs = 30_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const now = await state();
        if (wanted(now)) return now;
        if (Date.now() > deadline) {
          throw new Error(`the machine did not get there in ${timeoutMs} ms; it is: ${JSON.stringify(now)}`);
        }
        await delay(25);
      }
    },
  };
}
