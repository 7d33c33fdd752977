import { spawn } from 'node:child_process';
import dbus, { type MessageBus } from 'dbus-native';
import { end, firstLine } from './display.ts';

/** A private session bus: `address` is what goes into DBUS_SESSION_BUS_ADDRESS, `bus` is our own connection. */
export type SessionBus = { address: string; bus: MessageBus; stop(): Promise<void> };

/** Starts a real dbus-daemon of our own and connects to it. */
export async function startBus(): Promise<SessionBus> {
  const args = ['--session', '--nofork', '--nopidfile', '--print-address=3', '--nosyslog'];
  const child = spawn('dbus-daemon', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const address = await firstLine(child, 3, 'dbus-daemon');
  const bus = dbus.sessionBus({ busAddress: address });
  bus.connection.on('error', () => undefined); // The daemon is ended before the connection, on purpose.
  return {
    address,
    bus,
    async stop() {
      await bus.close();
      await end(child);
    },
  };
}
