import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** The parts of Talos' files that the simulated machine goes by. Key material is made up, and never a real key. */
const certificate = z.object({ crt: z.string() });

const secretsBundle = z.object({ certs: z.object({ os: certificate }) });

const clientConfig = z.object({
  context: z.string(),
  contexts: z.record(z.string(), z.object({ ca: z.string() })),
});

const documents = z.array(
  z.looseObject({
    kind: z.string().optional(),
    hostname: z.string().optional(),
    nameservers: z.array(z.object({ address: z.string() })).optional(),
    machine: z
      .looseObject({
        ca: certificate.optional(),
        install: z.looseObject({ image: z.string().optional(), disk: z.string().optional() }).optional(),
        network: z
          .looseObject({ hostname: z.string().optional(), nameservers: z.array(z.string()).optional() })
          .optional(),
        kubelet: z.looseObject({ image: z.string().optional() }).optional(),
      })
      .optional(),
  }),
);

/** What a machine configuration orders. */
export interface OrderedMachine {
  readonly ca: string | null;
  readonly hostname: string | null;
  readonly installer: string | null;
  readonly disk: string | null;
  readonly dns: readonly string[];
}

/** The certificate authority of its machine API. */
export function authorityOf(secrets: string): string {
  return secretsBundle.parse(parse(secrets)).certs.os.crt;
}

/** The certificate authority that it trusts. */
export function trustedBy(talosconfig: string): string {
  const { context, contexts } = clientConfig.parse(parse(talosconfig));
  return contexts[context]?.ca ?? '';
}

/** What the configuration, of one or several documents, asks for. */
export function ordersOf(machineConfig: string): OrderedMachine {
  const all = documents.parse(parseAllDocuments(machineConfig).map((document): unknown => document.toJS()));
  const machine = all.find((document) => document.machine)?.machine;
  const hostname = all.find((document) => document.kind === 'HostnameConfig')?.hostname;
  const resolvers = all.find((document) => document.kind === 'ResolverConfig')?.nameservers;
  return {
    ca: machine?.ca?.crt ?? null,
    hostname: machine?.network?.hostname ?? hostname ?? null,
    installer: machine?.install?.image ?? null,
    disk: machine?.install?.disk ?? null,
    dns: machine?.network?.nameservers ?? resolvers?.map(({ address }) => address) ?? [],
  };
}
