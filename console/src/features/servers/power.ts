import type { Server } from '../../api/types';
import { restartServer, startServer, stopServer, type Verdict } from '../../lib/can';

export type PowerAction = 'start' | 'stop' | 'restart';

export const powerVerdict = (server: Server, action: PowerAction): Verdict =>
  action === 'start' ? startServer(server) : action === 'stop' ? stopServer(server) : restartServer(server);
