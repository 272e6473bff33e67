import { KubeConfig, CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { FIELD_MANAGER, NAMESPACES, OBJECTS } from '../../model/appliance.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';

/**
 * Takes a kubeconfig and a token, puts the token into the Secret that the status page reads (server-side apply, under the
 * installer's field manager). Throws a UserError that says what the cluster answered.
 */
export async function writeStatusToken(kubeconfig: string, token: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const metadata = { name: OBJECTS.statusAuthSecret, namespace: NAMESPACES.appliance };
  try {
    await config.makeApiClient(CoreV1Api).patchNamespacedSecret(
      {
        ...metadata,
        fieldManager: FIELD_MANAGER,
        force: true,
        body: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata,
          type: 'Opaque',
          data: { token: Buffer.from(token).toString('base64') },
        },
      },
      setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(EXIT.missing, `The cluster did not take the new token: ${reason}. The old one still holds.`, {
      cause: error,
    });
  }
}
