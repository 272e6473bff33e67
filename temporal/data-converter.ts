import type { DataConverter } from '@temporalio/common';
import { codeFile } from '../system/code-files.ts';
import { siteCodec } from './site-codec.ts';
import type { Side } from './site-codec.ts';

/**
 * The data converter of client or worker: payloads and failure texts are encrypted with the keys in each site's folder (`siteCodec`). No
 * key is created here. APPLIANCE_PAYLOAD_KEY_FILE names the old key, for installs that clients up to 0.1.0 started.
 */
export function dataConverter(home: string, environment: NodeJS.ProcessEnv, side: Side): DataConverter {
  return {
    failureConverterPath: codeFile('temporal/failure-converter'),
    payloadCodecs: [siteCodec({ home, environment, side })],
  };
}
