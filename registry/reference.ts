/** The parts of a reference, as requests to a registry need them. */
export interface ImageReference {
  /** Host and port, such as `ghcr.io`. */
  readonly registry: string;
  readonly repository: string;
  /** A tag, or a digest if the reference has one. */
  readonly reference: string;
}

const DOCKER_HUB = 'docker.io';
/** Component and tag of the OCI distribution specification 1.1, "Pulling manifests". */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/;

/**
 * The parts of a reference as people write it; null when it is invalid. Without a registry it means Docker Hub, and there without a
 * namespace the official images (github.com/distribution/reference, normalize.go): `redis` is `docker.io/library/redis:latest`.
 */
export function parseReference(text: string): ImageReference | null {
  const [named, digest] = splitAt(text, '@');
  const first = named.split('/')[0] ?? '';
  const hasRegistry = named.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasRegistry ? first : DOCKER_HUB;
  const rest = hasRegistry ? named.slice(first.length + 1) : named;
  const [path, tag = 'latest'] = splitAt(rest, ':');
  const repository = isDockerHub(registry) && !path.includes('/') ? `library/${path}` : path;
  if (!HOST.test(registry) || !REPOSITORY.test(repository) || !TAG.test(tag)) return null;
  if (digest !== undefined && !DIGEST.test(digest)) return null;
  return { registry: isDockerHub(registry) ? DOCKER_HUB : registry, repository, reference: digest ?? tag };
}

/** Where the registry's API is: Docker Hub's is not at its own name. */
export function apiHost(registry: string): string {
  return registry === DOCKER_HUB ? 'registry-1.docker.io' : registry;
}

function isDockerHub(registry: string): boolean {
  return registry === DOCKER_HUB || registry === 'index.docker.io' || registry === 'registry-1.docker.io';
}

function splitAt(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
