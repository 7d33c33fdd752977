import { credential } from '../../credential.ts';
import { askJson } from '../../request.ts';
import { createProof } from '../../sign-in/proof.ts';
import type { NetworkDoor } from '../door.ts';
import { ownerByName, verifyMastodon } from './owner.ts';
import { outOfBand, registerApp } from './register.ts';
import { demandRights } from './rights.ts';
import { scopesFor } from './scopes.ts';
import { requestToken } from './token.ts';

const path = '/cb';

/** Mastodon and what speaks its interface: OAuth 2 with a client of this Belfry's own on every server (networks.md §1). */
export const mastodonDoor: NetworkDoor = {
  async open(needs, { server }, token, signal) {
    const owner = await ownerByName(needs, server, token, signal);
    await demandRights(needs, { server, token, remoteId: owner.remoteId }, signal);
    return [{ owner, credential: credential({ token }) }];
  },
  owner: (needs, { server }, { token }, signal) => verifyMastodon(needs, server, token, signal),
  rights: (needs, { server, remoteId }, { token }, signal) =>
    demandRights(needs, { server, token, remoteId }, signal),
  wanted(app) {
    const known = app?.redirectUris.find((uri) => uri.startsWith('http://127.0.0.1:'));
    // The port of last time: some servers compare it, against RFC 8252 §7.3.
    const port = known === undefined ? 0 : Number(new URL(known).port);
    return { mode: 'loopback', host: '127.0.0.1', port, fixed: false, path };
  },
  async begin(needs, { network, server, app: known, listening, state, another, signal }) {
    const fits = known !== undefined && (listening === null || known.redirectUris.includes(listening));
    const app = fits
      ? known
      : await registerApp(needs, server, await scopesFor(needs, network, server, signal), listening, signal);
    const redirectUri =
      listening !== null && app.redirectUris.includes(listening)
        ? listening
        : (app.redirectUris.find((uri) => uri === outOfBand) ?? app.redirectUris[0] ?? outOfBand);
    const proof = createProof();
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: app.id,
      redirect_uri: redirectUri,
      scope: app.scopes,
      state,
      code_challenge: proof.challenge,
      code_challenge_method: 'S256',
      ...(another ? { force_login: 'true' } : {}),
    });
    return {
      url: `${server}/oauth/authorize?${query}`,
      mode: redirectUri === listening ? 'loopback' : 'code',
      app,
      async exchange(code, over) {
        const grant = {
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: proof.verifier,
        };
        const given = await requestToken(needs, server, { id: app.id, secret: app.secret }, grant, over);
        const { token } = given.credential;
        const owner = await ownerByName(needs, server, token, over);
        await demandRights(needs, { server, token, remoteId: owner.remoteId, told: given.scope }, over);
        return [{ owner, credential: given.credential }];
      },
    };
  },
  async renew(needs, server, old, signal) {
    const { client, refreshToken } = old;
    if (client === null || refreshToken === null) return old;
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return (await requestToken(needs, server, client, grant, signal)).credential;
  },
  async revoke(needs, server, { client, token }) {
    if (client === null) return; // A pasted token may be used elsewhere.
    const form = { client_id: client.id, client_secret: client.secret, token };
    await askJson(needs, { url: `${server}/oauth/revoke`, form });
  },
};
