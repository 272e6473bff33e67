import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { execa } from 'execa';
import { redact } from '../../redaction/index.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import type { GitPort, Reference, RemoteAnswer } from '../ports/git.ts';

/** A remote on a bad line answers within this; git's own limits are far longer. */
const TIMEOUT_MS = 20_000;
const LONGEST_MESSAGE = 1_000;

/** A tree takes longer than a list of branches. */
const TREE_PATIENCE = 3;

type Unreachable = Extract<RemoteAnswer, { reachable: false }>;
type Why = Unreachable['why'];

/** What git, curl and ssh write when a remote cannot be read (git 2.39; LC_ALL=C); the first that fits decides. */
const WORDINGS: readonly (readonly [RegExp, Why])[] = [
  [/Could not resolve host|Could not resolve hostname|Name or service not known|nodename nor servname/i, 'dns'],
  [/Authentication failed|could not read (Username|Password)|terminal prompts disabled/i, 'auth'],
  [/Permission denied \(|Host key verification failed|returned error: 40[13]|access denied/i, 'auth'],
  [/Connection timed out|Operation timed out|timed out after/i, 'timeout'],
  [/Connection refused|Failed to connect|Couldn't connect|No route to host|Network is unreachable/i, 'unreachable'],
  [/returned error: 5\d\d|SSL certificate problem|server certificate verification failed|SSL_/i, 'unreachable'],
  [
    /not a git repository|does not appear to be a git repository|Repository not found|returned error: 404/i,
    'not-a-repository',
  ],
  [
    /repository '.*' not found|does not exist|unable to find remote helper|protocol '.*' is not supported/i,
    'not-a-repository',
  ],
];

/**
 * Gives the port to Git remotes. It asks as Flux will: without a credential helper, an askpass program or a prompt of the
 * operator's own machine, so that a remote that only the operator can read is not taken for one that the appliance can.
 */
export function gitPort(environment: NodeJS.ProcessEnv, timeoutMs: number = TIMEOUT_MS): GitPort {
  let path: string | null = null;
  /** Runs git; gives what it prints, or why the remote could not be read. */
  const git = async (
    args: readonly string[],
    signal: AbortSignal,
    { limitMs = timeoutMs, fine = [0] }: { limitMs?: number; fine?: readonly number[] } = {},
  ): Promise<string | Unreachable> => {
    try {
      path ??= (await resolveProgram('git', { env: environment, signal })).path;
    } catch (error) {
      signal.throwIfAborted();
      return unreachable('tool-missing', error instanceof Error ? error.message : String(error));
    }
    const result = await execa(path, ['-c', 'credential.helper=', ...args], {
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: gitEnvironment(environment),
      timeout: limitMs,
      // git leaves the talking to a helper, which would outlive it and hold its output open.
      killDescendants: true,
      cancelSignal: signal,
    });
    signal.throwIfAborted();
    if (result.exitCode !== undefined && fine.includes(result.exitCode)) return result.stdout ?? '';
    if (result.timedOut) return unreachable('timeout', `no answer within ${limitMs / 1000} s`);
    const stderr = result.stderr ?? '';
    const why = WORDINGS.find(([wording]) => wording.test(stderr))?.[1] ?? 'unreachable';
    return unreachable(why, stderr.trim() || (result.originalMessage ?? 'git failed'));
  };
  return {
    inspectRemote: async (url, branch, signal) => {
      const told = await git(['ls-remote', '--heads', '--', url], signal);
      return typeof told === 'string' ? answerIn(told, branch) : told;
    },
    inspectTree: async (url, branch, profile, signal) => {
      const bare = await mkdtemp(join(tmpdir(), 'appliance-tree-'));
      const inBare = (args: readonly string[], fine?: readonly number[]) =>
        git(['-C', bare, ...args], signal, { limitMs: timeoutMs * TREE_PATIENCE, ...(fine && { fine }) });
      const base = posix.join(profile, '..', '..', 'base');
      try {
        const steps = [
          ['init', '--quiet', '--bare', '--template=', '.'],
          ['remote', 'add', 'origin', '--', url],
          // Names and folders only: what lies in the files is fetched for the few that are read.
          ['fetch', '--quiet', '--depth=1', '--no-tags', '--filter=blob:none', 'origin', `refs/heads/${branch}`],
        ];
        for (const step of steps) {
          const told = await inBare(step);
          if (typeof told !== 'string') return told;
        }
        const listed = await inBare(['ls-tree', '-r', '-z', '--name-only', 'FETCH_HEAD']);
        if (typeof listed !== 'string') return listed;
        const files = listed.split('\0').filter((file) => file !== '');
        const manifests = files.filter(
          (file) => file.endsWith('.yaml') && [base, profile].some((at) => isIn(file, at)),
        );
        if (manifests.length === 0) return { reachable: true, files, references: [] };
        // Exit code 1: no line is like that.
        const grep = ['grep', '-I', '-E', REFERENCE, 'FETCH_HEAD', '--', ...manifests];
        const found = await inBare(grep, [0, 1]);
        return typeof found === 'string' ? { reachable: true, files, references: referencesIn(found) } : found;
      } finally {
        await rm(bare, { recursive: true, force: true });
      }
    },
  };
}

/** `chart: ./charts/alga-core` of a HelmRelease, `path: ./flux/profiles/…` of a Kustomization: both from the repository's root. */
const REFERENCE = '^ +(chart|path): +["\']?\\./';

function referencesIn(text: string): Reference[] {
  return text
    .split('\n')
    .map((line) => /^FETCH_HEAD:(.+?): +(chart|path): +["']?\.\/([^"'\s]*)/.exec(line))
    .filter((match) => match !== null)
    .map(([, file = '', kind, target = '']) => ({
      file,
      kind: kind === 'chart' ? 'chart' : 'path',
      target: posix.join(target, '.').replace(/\/$/, ''),
    }));
}

function isIn(file: string, folder: string): boolean {
  return file.startsWith(`${posix.join(folder, '.').replace(/\/$/, '')}/`);
}

function gitEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      // Where the operator's ssh keys, proxies and certificates lie; nothing that chooses a repository or asks a person.
      /^(HOME|PATH|TMPDIR|SSH_AUTH_SOCK|(https?|all|no)_proxy|GIT_SSL_CAINFO|SSL_CERT_(FILE|DIR))$/i.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: `ssh -o BatchMode=yes -o ConnectTimeout=${TIMEOUT_MS / 2_000}`,
    GCM_INTERACTIVE: 'never',
  };
}

function answerIn(stdout: string, branch: string): RemoteAnswer {
  const heads = new Map(
    stdout
      .split('\n')
      .map((line) => /^([0-9a-f]{40,64})\trefs\/heads\/(.+)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, revision = '', name = '']) => [name, revision]),
  );
  return { reachable: true, revision: heads.get(branch) ?? null, branches: [...heads.keys()] };
}

function unreachable(why: Why, message: string): Unreachable {
  return { reachable: false, why, message: redact(message).slice(0, LONGEST_MESSAGE) };
}
