import { type Case, said } from './case.ts';

/** Programs in Python. */
export const python: readonly Case[] = [
  ...said('log', [
    [
      'certificate-expired',
      'Python: a certificate has expired',
      'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1007)',
      'CPython _ssl',
    ],
    [
      'clock-skew',
      'Python: a certificate is not yet valid (_ssl.c:1007)',
      'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid (_ssl.c:1007)',
      'CPython _ssl',
    ],
    [
      'clock-skew',
      'Python: a certificate is not yet valid (_ssl.c:1000)',
      'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid (_ssl.c:1000)',
      'Python',
      'email-service',
    ],
    [
      'crash-loop',
      'Python: a module is not found',
      'Traceback (most recent call last):\n  File "/app/main.py", line 1, in <module>\n    import uvloop\nModuleNotFoundError: No module named \'uvloop\'',
      'CPython: the program runs, a part of it is missing',
    ],
    [
      'disk-pressure',
      'Python: no space left',
      'OSError: [Errno 28] No space left on device',
      'Python',
      'email-service',
    ],
    [
      'dns-resolution-failure',
      'Python: api.github.com cannot be resolved',
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.github.com', port=443): Max retries exceeded with url: / (Caused by NameResolutionError(\"<urllib3.connection.HTTPSConnection object at 0x7f>: Failed to resolve 'api.github.com' ([Errno -3] Temporary failure in name resolution)\"))",
      'urllib3 2',
    ],
    [
      'dns-resolution-failure',
      'redis-py: redis’ name is not known',
      'redis.exceptions.ConnectionError: Error -2 connecting to redis:6379. Name or service not known.',
      'redis-py',
      'email-service',
    ],
    [
      'dns-resolution-failure',
      'Python: api.example.com cannot be resolved',
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.example.com', port=443): Max retries exceeded (Caused by NameResolutionError(\"Failed to resolve 'api.example.com' ([Errno -3] Temporary failure in name resolution)\"))",
      'Python requests',
      'email-service',
    ],
    [
      'out-of-memory',
      'gunicorn: a worker was killed, perhaps out of memory',
      '[2024-05-05 10:00:00 +0000] [1] [ERROR] Worker (pid:17) was sent SIGKILL! Perhaps out of memory?',
      'gunicorn arbiter.py',
    ],
    [
      'permission-denied',
      'Python: /data/files may not be opened',
      "PermissionError: [Errno 13] Permission denied: '/data/files'",
      'CPython',
    ],
    [
      'permission-denied',
      'Python: /data/files may not be opened (email-service)',
      "PermissionError: [Errno 13] Permission denied: '/data/files'",
      'Python',
      'email-service',
    ],
    ['port-conflict', 'Python: the address is in use', 'OSError: [Errno 98] Address already in use', 'CPython'],
    [
      'port-conflict',
      'uvicorn: port 8080 is in use',
      "[ERROR] Could not bind to address: 0.0.0.0:8080: [Errno 98] Address already in use\nERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8080): address already in use",
      'uvicorn threads',
    ],
    [
      'port-conflict',
      'Python: the address is in use (email-service)',
      'OSError: [Errno 98] Address already in use',
      'Python',
      'email-service',
    ],
    [
      'start-command-failed',
      'Python: the program’s file is not there, with its path',
      "/usr/local/bin/python: can't open file '/app/main.py': [Errno 2] No such file or directory",
      'CPython main.c',
    ],
    [
      'start-command-failed',
      'Python: the program’s file is not there',
      "python: can't open file '/app/main.py': [Errno 2] No such file or directory",
      'CPython Modules/main.c',
      'email-service',
    ],
  ]),
];
