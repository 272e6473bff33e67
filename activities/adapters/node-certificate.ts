import { connect } from 'node:tls';
import type { NodeTime } from '../ports/talos.ts';

/**
 * The bounds of the node's clock, read from the certificate of its Talos API: Talos issues it at its own time and
 * again after half of its life (24 hours; MaintenanceController and APIController of Talos v1.12, siderolabs/crypto
 * x509.DefaultCertificateValidityDuration). So the clock was not before the certificate's start and is not past its
 * middle. Null if no certificate is shown in time.
 */
export async function timeByCertificate(
  address: { host: string; port: number },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<NodeTime | null> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    // Nothing is trusted or sent here: only the dates that the node itself names are read.
    const socket = connect({ ...address, rejectUnauthorized: false, timeout: timeoutMs, ALPNProtocols: ['h2'] });
    const end = (result: NodeTime | null): void => {
      signal.removeEventListener('abort', aborted);
      socket.destroy();
      resolve(result);
    };
    const aborted = (): void => end(null);
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('timeout', () => end(null));
    socket.once('error', () => end(null));
    socket.once('secureConnect', () => {
      const { valid_from: from, valid_to: to } = socket.getPeerCertificate();
      end(boundsOf(new Date(from), new Date(to)));
    });
  });
}

function boundsOf(earliest: Date, until: Date): NodeTime | null {
  const life = until.getTime() - earliest.getTime();
  if (!Number.isFinite(life) || life <= 0) return null;
  return { earliest, latest: new Date(earliest.getTime() + life / 2) };
}
