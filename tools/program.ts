/** Who needs a program: the product itself, `npm test`, the lab. */
export type Group = 'client' | 'tests' | 'lab';

/** A machine's platform in the words of Go and of most release pages. */
export interface Platform {
  readonly os: 'linux' | 'darwin';
  readonly arch: 'amd64' | 'arm64';
}

/** How a program reports its version, and which versions are accepted. */
export interface VersionCheck {
  readonly args: readonly string[];
  /** Group 1 is the version, in stdout or stderr. */
  readonly pattern: RegExp;
  /** A semver range. */
  readonly accepts: string;
  /** Why just these: shown when a found program is passed over. */
  readonly because: string;
}

/** A published file and where its SHA-256 is published. */
export interface Download {
  readonly url: string;
  /** A file of `<sha256>  <name>` lines, or of the bare digest. */
  readonly checksums: string;
  /** The program's path inside the archive (tar.gz or zip); without one the file is the program. */
  readonly member?: string;
}

/** A build from a Go module: one of ours under tools/go that requires the program's, or one with sources of its own. */
export interface GoBuild {
  readonly kind: 'go';
  /** Folder of go.mod, relative to the project. */
  readonly folder: string;
  readonly package: string;
  /** Variables set at link time (-X), as the program's own release does it. */
  readonly stamp?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
}

/** Jars fetched by Maven, with the script and files beside the pom.xml that run them. */
export interface MavenBuild {
  readonly kind: 'maven';
  /** Folder of pom.xml, relative to the project. */
  readonly folder: string;
}

/** One program that the product, its tests or its lab run. */
export interface Program {
  readonly id: string;
  /** What it does, as the rest of a sentence that starts with "It". */
  readonly purpose: string;
  /** The version that a download or a build gives; undefined where the distribution chooses it. */
  readonly version?: string;
  readonly groups: readonly [Group, ...Group[]];
  /** Name of its file on PATH and in the cache. */
  readonly executable: string;
  /** `any` if every version is accepted. Missing if a program cannot report it: then none on PATH is used. */
  readonly versionCheck?: VersionCheck | 'any';
  /** False where PATH holds another program of that name. */
  readonly searchPath?: false;
  /** Folders that are searched after PATH; a `*` stands for any part of one folder's name. */
  readonly folders?: readonly string[];
  /** Undefined for a platform that nothing is published for. */
  readonly download?: (platform: Platform) => Download | undefined;
  readonly build?: GoBuild | MavenBuild;
  /** Debian packages that bring it. */
  readonly debian?: readonly string[];
  /** Minutes that a build usually takes on two cores with an empty Go cache; for packages: minutes of apt-get. */
  readonly minutes: number;
  /** Where a person finds it. */
  readonly homepage: string;
}

/** The environment variable that names a program's file: APPLIANCE_ and its id, as in APPLIANCE_KUBE_APISERVER. */
export function variableOf(program: Pick<Program, 'id'>): string {
  return `APPLIANCE_${program.id.toUpperCase().replaceAll('-', '_')}`;
}

/** This machine's platform, or undefined where nothing of ours runs. */
export function thisPlatform(): Platform | undefined {
  const arch = ({ x64: 'amd64', arm64: 'arm64' } as const)[process.arch as string];
  const os = process.platform;
  return arch !== undefined && (os === 'linux' || os === 'darwin') ? { os, arch } : undefined;
}

/** A program's name with its version, as shown to people: `talosctl 1.12.0`. */
export function titleOf(program: Pick<Program, 'id' | 'version'>): string {
  return program.version === undefined ? program.id : `${program.id} ${program.version}`;
}
