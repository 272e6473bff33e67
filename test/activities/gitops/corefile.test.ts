import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { upstreams, withUpstreams } from '../../../activities/phases/gitops/corefile.ts';

/** As Talos v1.12 writes it. */
const TALOS_COREFILE = `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    log . {
        class error
    }
    prometheus :9153

    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
        disable success cluster.local
        disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;
const SERVERS = ['192.0.2.53', '2001:db8::53'];

describe('the DNS servers', () => {
  test('take the place of those before, and nothing else changes', () => {
    const after = withUpstreams(TALOS_COREFILE, SERVERS);
    expect(after).toBe(TALOS_COREFILE.replace('/etc/resolv.conf', SERVERS.join(' ')));
    expect(upstreams(after ?? '')).toEqual(SERVERS);
  });

  // Lesson 22: new servers over old ones changed nothing, and CoreDNS was restarted all the same.
  test('take the place of other servers, too; the same again is the very same text', () => {
    const before = withUpstreams(TALOS_COREFILE, ['198.51.100.1']) ?? '';
    const after = withUpstreams(before, SERVERS) ?? '';
    expect(upstreams(after)).toEqual(SERVERS);
    expect(withUpstreams(after, SERVERS)).toBe(after);
  });

  test.each([
    [
      'a forward without a block',
      '. {\n  forward . 8.8.8.8 1.1.1.1\n  cache\n}\n',
      '. {\n  forward . 192.0.2.1\n  cache\n}\n',
    ],
    ['a comment behind it', '.:53 {\n  forward . 8.8.8.8 # ours\n}\n', '.:53 {\n  forward . 192.0.2.1 # ours\n}\n'],
    ['no forward at all', '.:53 {\n    cache\n}\n', '.:53 {\n    cache\n    forward . 192.0.2.1\n}\n'],
    [
      'a zone of its own beside it, with upstreams of its own',
      'corp.example:53 {\n  forward . 10.0.0.1\n}\n.:53 {\n  forward corp2.example 10.0.0.2\n  forward . tls://9.9.9.9\n}\n',
      'corp.example:53 {\n  forward . 10.0.0.1\n}\n.:53 {\n  forward corp2.example 10.0.0.2\n  forward . 192.0.2.1\n}\n',
    ],
    [
      'several names of the root',
      'dns://.:53, example.org {\n  forward . 8.8.8.8\n}\n',
      'dns://.:53, example.org {\n  forward . 192.0.2.1\n}\n',
    ],
    [
      'a commented forward',
      '.:53 {\n  # forward . 8.8.8.8\n  forward . 9.9.9.9\n}\n',
      '.:53 {\n  # forward . 8.8.8.8\n  forward . 192.0.2.1\n}\n',
    ],
  ])('%s', (_, before, after) => {
    expect(withUpstreams(before, ['192.0.2.1'])).toBe(after);
  });

  test.each([
    ['nothing', ''],
    ['blanks', ' \n\n'],
    ['no root zone', 'example.org:53 {\n  forward . 8.8.8.8\n}\n'],
    ['a block that is not closed', '.:53 {\n  forward . 8.8.8.8\n'],
    ['something else', 'not a Corefile'],
  ])('are not written into %s', (_, corefile) => {
    expect(withUpstreams(corefile, SERVERS)).toBeNull();
    expect(upstreams(corefile)).toBeNull();
  });

  test('stand there afterwards whatever stood there before, once and for all', () => {
    const server = fc.ipV4();
    const servers = fc.array(server, { minLength: 1, maxLength: 8 });
    const plugin = fc.constantFrom(
      'errors',
      'cache 30',
      'health {\n    lameduck 5s\n  }',
      'forward x.org 10.0.0.1',
      '# forward . 1.2.3.4',
      '',
    );
    const block = fc.tuple(fc.array(plugin), fc.option(servers), fc.array(plugin));
    fc.assert(
      fc.property(block, servers, ([head, old, tail], wanted) => {
        const forward = old ? [`forward . ${old.join(' ')} {\n    max_concurrent 1000\n  }`] : [];
        const corefile = `.:53 {\n  ${[...head, ...forward, ...tail].join('\n  ')}\n}\n`;
        const after = withUpstreams(corefile, wanted) ?? '';
        expect(upstreams(after)).toEqual(wanted);
        expect(withUpstreams(after, wanted)).toBe(after);
        for (const line of [...head, ...tail]) expect(after).toContain(line);
      }),
    );
  });
});
