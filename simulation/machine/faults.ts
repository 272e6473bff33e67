import { TalosError } from '../../activities/ports/talos.ts';
import type { TalosFault } from '../../activities/ports/talos.ts';
import { PORTS } from '../../model/appliance.ts';
import type { TalosAnswer } from '../../model/snapshot.ts';

/** What talosctl v1.12 writes on stderr when a call fails, by the way in which it fails. */
export const WORDS = {
  refused: (nodeIp: string) =>
    `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: ` +
    `dial tcp ${nodeIp}:${PORTS.talos}: connect: connection refused"`,
  notInMaintenance: () =>
    `rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: ` +
    `remote error: tls: certificate required"`,
  foreign: () =>
    `rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: ` +
    `tls: failed to verify certificate: x509: certificate signed by unknown authority"`,
  maintenanceOnly: () => `rpc error: code = Unimplemented desc = API is not implemented in maintenance mode`,
  alreadyBootstrapped: () => 'rpc error: code = AlreadyExists desc = etcd data directory is not empty',
  notYet: () => 'rpc error: code = FailedPrecondition desc = bootstrap is not available yet',
  invalid: (what: string) => `rpc error: code = InvalidArgument desc = configuration validation failed: ${what}`,
  notFound: (image: string, message: string) =>
    `error pulling image: rpc error: code = NotFound desc = failed to pull image "${image}": ${message}`,
} as const;

const EXIT_CODE = 1;

/** The error by which the port reports the fault. */
export function talosError(fault: TalosFault, command: string, stderr: string): TalosError {
  const answer: TalosAnswer = { command, exitCode: EXIT_CODE, stdout: '', stderr: `error ${stderr}` };
  return new TalosError(fault, answer);
}
