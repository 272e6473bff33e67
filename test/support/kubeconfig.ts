import { kubeconfigOfParts } from '../../kubernetes/kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A kubeconfig as the client makes it of what a node gives; nothing in it opens anything. */
export const OWN_KUBECONFIG = kubeconfigOfParts({
  server: 'https://192.0.2.10:6443',
  authority: base64('authority'),
  certificate: base64('certificate'),
  key: base64('key'),
});
