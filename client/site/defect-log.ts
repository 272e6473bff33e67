import { redact } from '../../redaction/index.ts';
import { applianceHome, privateFolder } from '../../site-folder/index.ts';

const FILE = 'client-error.log';

/** Writes an unforeseen error with its stack into the appliance folder, and gives the sentence that says where. */
export async function writeDefect(error: unknown, environment: NodeJS.ProcessEnv, now: Date): Promise<string> {
  const stack = redact(error instanceof Error ? describe(error) : String(error));
  const folder = privateFolder(applianceHome(environment));
  try {
    await folder.write(FILE, `${now.toISOString()}\n${stack}\n`);
    return `This is a defect of appliance-client. Please report it with ${folder.path(FILE)}.`;
  } catch {
    return `This is a defect of appliance-client. Please report it:\n${stack}`;
  }
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${describe(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
