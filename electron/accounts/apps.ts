import { z } from 'zod';
import {
  type Account,
  type Log,
  type MetaAppView,
  networkFacts,
  networks,
  signInFacts,
} from '../../shared/index.ts';
import { type App, appSchema } from '../networks/index.ts';
import type { Records } from './records.ts';
import { serverOrigin } from './server.ts';

const contentSchema = appSchema.extend({ account: z.string() });

/** Client registrations in the vault, one per server. */
export type Apps = {
  /** undefined when there is none. Throws VAULT_UNAVAILABLE. */
  read(origin: string): Promise<App | undefined>;
  write(app: App): Promise<void>;
  /** From now on there is none; it leaves the disk as soon as may be. */
  forget(origin: string): void;
};

export function createApps(records: Records, knownSecrets: Set<string>, log: Log): Apps {
  const forgotten = new Set<string>();
  return {
    async read(origin) {
      if (forgotten.has(origin)) return undefined;
      const content = await records.read(nameOf(origin), contentSchema);
      // Of one host over http and https, the other's client is none.
      if (content?.origin !== origin) return undefined;
      knownSecrets.add(content.secret);
      const { account: _, ...app } = content;
      return app;
    },
    async write(app) {
      forgotten.delete(app.origin);
      knownSecrets.add(app.secret);
      await records.write(nameOf(app.origin), { ...app, account: nameOf(app.origin) });
    },
    forget(origin) {
      forgotten.add(origin);
      records.remove(nameOf(origin)).catch((error: unknown) => {
        log('warn', 'A registration could not be forgotten', { origin, error: String(error) });
      });
    },
  };
}

/** No account's id has a colon. */
function nameOf(origin: string): string {
  return `app:${new URL(origin).host}`;
}

/** The apps at Meta's own servers, and at those of the accounts that are there. */
export async function metaApps(apps: Apps, accounts: readonly Account[]): Promise<MetaAppView[]> {
  const ways = networks.flatMap((network) => networkFacts[network].signIns);
  const places = [
    ...ways
      .flatMap(({ ownApp: login, server }) => (login && server ? [{ login, server }] : []))
      .sort((a, b) => a.login.localeCompare(b.login)),
    ...accounts.flatMap(({ network, server }) => {
      const { ownApp: login } = signInFacts(network, { server: serverOrigin(server) });
      return login ? [{ login, server: serverOrigin(server) }] : [];
    }),
  ];
  const once = places.filter(({ server }, at) => places.findIndex((other) => other.server === server) === at);
  const views = await Promise.all(
    once.map(async ({ login, server }) => {
      const app = await apps.read(server);
      return app && { login, server, id: app.id, redirectUri: app.redirectUris[0] ?? '' };
    }),
  );
  return views.filter((view) => view !== undefined);
}
