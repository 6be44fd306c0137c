/** A real OpenID provider on the loopback, at which somebody logs in by asking. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Owned by the test, which closes it. */
export class IdentityProvider {
  readonly #server: Server;
  readonly issuer: string;
  /** Who logs in next, and what is told of that one. */
  account = 'ann';
  claims: Readonly<Record<string, unknown>> = {};
  /** Whether the next one says no. */
  refuses = false;

  private constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param redirectUri where it may send people back to */
  static async start(redirectUri: () => string): Promise<IdentityProvider> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const own = new IdentityProvider(server);
    let provider: Provider | undefined;
    server.on('request', async (req, res) => {
      // Made at the first request: by then it is known where its client is.
      provider ??= own.#provider(redirectUri());
      if (req.url?.startsWith('/interaction/') !== true) return provider.callback()(req, res);
      await provider.interactionFinished(
        ...[req, res, own.refuses ? { error: 'access_denied', error_description: 'no' } : { login: { accountId: own.account } }],
      );
    });
    return own;
  }

  #provider(redirectUri: string): Provider {
    return new Provider(this.issuer, {
      clients: [{ client_id: 'nbox', client_secret: 'the-secret-of-the-client', redirect_uris: [redirectUri] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
      scopes: ['openid', 'email', 'groups'],
      cookies: { keys: ['one'] },
      ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
      pkce: { required: () => true },
      findAccount: (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId, ...this.claims }) }),
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId: 'nbox', accountId: oidc.session?.accountId ?? '' });
        grant.addOIDCScope('openid email groups');
        await grant.save();
        return grant;
      },
    });
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
