import { mkdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeWhole } from '../system/write-file.ts';
import { codeFile } from '../system/code-files.ts';
import { LEAN } from './worker-process.ts';

/** Marks a file as ours, which may be replaced or removed. */
const MARK = 'Written by `appliance-client worker service install`';
const UNIT = 'appliance-client.service';
const LABEL = 'alga-psa.appliance-client';
/** Variables that a person sets for a service, such as TEMPORAL_ADDRESS: a service has no variables of a terminal. */
const VARIABLES_FILE = 'service.env';

/** What a service starts, and where. */
export interface ServiceSetting {
  readonly platform: 'linux' | 'darwin';
  readonly home: string;
  readonly node: string;
  readonly supervisor: string;
  /** Variables that the background needs and a login does not set. */
  readonly variables: Readonly<Record<string, string>>;
  /** The folder of the files that the system reads of this user. */
  readonly folder: string;
}

/** A folder or a variable cannot be written to the system's file. */
export class ServiceSettingError extends Error {
  constructor(word: string) {
    super(
      `"${word.replaceAll(/\p{Cc}/gu, '?')}" contains a line end or another control character, so no service can be created with it.`,
    );
    this.name = 'ServiceSettingError';
  }
}

/** A file by which the system starts the supervisor when this user logs in. */
export interface Service {
  readonly file: string;
  readonly text: string;
  /** Commands for a person to run: writing the file enables nothing. */
  readonly on: readonly string[];
  readonly off: readonly string[];
  /** Where a person sets the variables of the service. */
  readonly variables: string;
}

/** The service for this machine; null if its system is not supported. */
export function serviceHere(home: string, environment: NodeJS.ProcessEnv): Service | null {
  const { platform } = process;
  if (platform !== 'linux' && platform !== 'darwin') return null;
  const user = environment['HOME'] || homedir();
  return serviceFor({
    platform,
    home,
    node: process.execPath,
    supervisor: codeFile('worker/supervisor'),
    variables: variablesIn(environment),
    folder:
      platform === 'linux'
        ? join(environment['XDG_CONFIG_HOME'] || join(user, '.config'), 'systemd', 'user')
        : join(user, 'Library', 'LaunchAgents'),
  });
}

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
/** With these a process finds its operator's state, its programs and its Temporal server. */
const KEPT = /^(?:PATH|XDG_(?:STATE|CACHE|CONFIG)_HOME|APPLIANCE_[A-Z_]+|TEMPORAL_[A-Z_]+)$/;
/** These are never written to a file of the system. */
const SECRET = /(?:API_KEY|TOKEN|SECRET|_DATA|CODEC_AUTH)$/;

/** The service works for the operator who installed it: another state folder would mean another operator at login. */
function variablesIn(environment: NodeJS.ProcessEnv): Record<string, string> {
  const set = Object.entries(environment).flatMap(([name, value]) =>
    value && KEPT.test(name) && !SECRET.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries([['PATH', DEFAULT_PATH], ...set].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Throws ServiceSettingError for a control character in a folder or variable. */
export function serviceFor(setting: ServiceSetting): Service {
  const { folder, home } = setting;
  for (const word of [...commandOf(setting), ...Object.values(setting.variables)])
    // Neither file can contain a line end within a word, and what follows one would be read as a setting.
    if (/\p{Cc}/u.test(word)) throw new ServiceSettingError(word);
  if (setting.platform === 'linux') {
    return {
      file: join(folder, UNIT),
      text: unitText(setting),
      on: ['systemctl --user daemon-reload', `systemctl --user enable --now ${UNIT}`],
      off: [`systemctl --user disable ${UNIT}`],
      variables: `${join(home, VARIABLES_FILE)}, a line NAME=value each`,
    };
  }
  const file = join(folder, `${LABEL}.plist`);
  return {
    file,
    text: agentText(setting),
    on: [`launchctl bootstrap gui/$(id -u) ${shellWord(file)}`],
    off: [`launchctl bootout gui/$(id -u)/${LABEL}`],
    variables: `${file}, under EnvironmentVariables`,
  };
}

/** Writes the file. False, and nothing changes, if another program's file is in its place. */
export async function installService({ file, text }: Service): Promise<boolean> {
  if (!(await mayReplace(file))) return false;
  await mkdir(dirname(file), { recursive: true });
  // 0600: it names the folders of this user, and only this user's system manager reads it.
  await writeWhole(file, text, { mode: 0o600 });
  return true;
}

/** Removes the file. False if there is none of ours. */
export async function removeService({ file }: Service): Promise<boolean> {
  const text = await textOf(file);
  if (text === null || !text.includes(MARK)) return false;
  await rm(file);
  return true;
}

async function mayReplace(file: string): Promise<boolean> {
  const text = await textOf(file);
  return text === null || text.includes(MARK);
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function commandOf({ node, supervisor, home }: ServiceSetting): string[] {
  return [node, ...LEAN, supervisor, '--home', home, '--worker'];
}

/**
 * KillMode: what the supervisor keeps outlives it, as when another client's supervisor replaces it. It ends with 0 when it was stopped or
 * no install is left, and is restarted only when it was killed or failed.
 */
function unitText(setting: ServiceSetting): string {
  return `# ${MARK}; \`appliance-client worker service remove\` removes it.
[Unit]
Description=Alga PSA appliance: installs in the background
StartLimitIntervalSec=0

[Service]
Type=exec
${Object.entries(setting.variables)
  .map(([name, value]) => `Environment=${unitWord(`${name}=${value}`, false)}\n`)
  .join('')}EnvironmentFile=-${percent(join(setting.home, VARIABLES_FILE))}
ExecStart=${commandOf(setting)
    .map((word) => unitWord(word, true))
    .join(' ')}
KillMode=process
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
`;
}

const percent = (text: string): string => text.replaceAll('%', '%%');

/** Quotes a word by systemd.syntax(7) and, in a command line, systemd.service(5). */
function unitWord(word: string, isCommand: boolean): string {
  const quoted = percent(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return `"${isCommand ? quoted.replaceAll('$', '$$$$') : quoted}"`;
}

/** AbandonProcessGroup and KeepAlive: as KillMode and Restart above. */
function agentText(setting: ServiceSetting): string {
  const words = commandOf(setting)
    .map((word) => `    <string>${xml(word)}</string>\n`)
    .join('');
  const variables = Object.entries(setting.variables)
    .map(([name, value]) => `    <key>${xml(name)}</key>\n    <string>${xml(value)}</string>\n`)
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${MARK}; \`appliance-client worker service remove\` removes it. -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>AbandonProcessGroup</key>
  <true/>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
