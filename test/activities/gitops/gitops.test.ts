import './server.ts';
import './cluster-dns.ts';
import './install-flux.ts';
