import './server.ts';
import './select-release.ts';
import './connect-source.ts';
