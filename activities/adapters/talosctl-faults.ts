import type { TalosFault } from '../ports/talos.ts';

/**
 * What talosctl v1.12 writes on stderr, and what it means; the first line that fits decides. Wordings of gRPC and Go's TLS
 * stand in their sources (google.golang.org/grpc/clientconn.go, crypto/tls/alert.go, crypto/x509/verify.go), those of the
 * node in Talos' machine API server (internal/app/machined/internal/server/v1alpha1/v1alpha1_server.go).
 */
const WORDINGS: readonly (readonly [RegExp, TalosFault])[] = [
  [/certificate has expired or is not yet valid|tls: expired certificate/i, 'certificate-time'],
  [/tls: (certificate required|bad certificate|unknown certificate( authority)?|handshake failure)/i, 'tls-mismatch'],
  [
    /certificate signed by unknown authority|x509: certificate is valid for|certificate is not trusted/i,
    'tls-mismatch',
  ],
  [/failed to load (client )?(key pair|certificate)|tls: private key does not match/i, 'tls-mismatch'],
  [/code = AlreadyExists|etcd data directory is not empty/i, 'already-exists'],
  [/bootstrap is not available yet|time is not in sync yet|not ready to (serve|accept)/i, 'not-yet'],
  [/code = PermissionDenied|code = Unauthenticated|not authorized/i, 'denied'],
  [
    /code = InvalidArgument|configuration validation failed|unknown keys found|failed to parse config/i,
    'config-invalid',
  ],
  [/\blookup [^\s:]+.*(no such host|connection refused|server misbehaving|i\/o timeout)/i, 'dns'],
  [/connection refused|no route to host|host is (down|unreachable)|network is unreachable/i, 'unreachable'],
  [/i\/o timeout|connection reset|broken pipe|\bEOF\b|code = Unavailable|transport is closing/i, 'unreachable'],
  [/context deadline exceeded|code = DeadlineExceeded/i, 'timeout'],
];

export function faultIn(stderr: string): TalosFault {
  return WORDINGS.find(([wording]) => wording.test(stderr))?.[1] ?? 'other';
}

/**
 * What the fault of a call without a client certificate means: a node that refuses an unknown client's TLS is not in
 * maintenance mode (Talos requires client certificates from the first configuration on).
 */
export function insecureFault(fault: TalosFault): TalosFault {
  return fault === 'tls-mismatch' || fault === 'denied' ? 'not-in-maintenance' : fault;
}
