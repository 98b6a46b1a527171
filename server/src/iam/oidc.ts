import type { Configuration } from 'openid-client';
import { CtsError, ERRORS } from '../errors.ts';
import { claimOf, readGroups } from './claims.ts';
import { subjectOf, tidyName } from './outside-names.ts';

export interface OidcOptions {
  /** URL of the provider. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  scope: string;
  /** Claims that hold the user's name and its groups: a name, or names joined with dots (`realm_access.roles`). */
  nameClaim: string;
  groupsClaim: string;
}

/** What must be kept, unseen by others, between sending a person to the provider and its return. */
export interface OidcJourney {
  state: string;
  nonce: string;
  verifier: string;
  /** Path of the console to come back to. */
  returnTo: string;
}

/** Whom the provider has told. */
export interface OutsideUser {
  /** Issuer and subject: the same person for good, whatever the name. */
  externalId: string;
  name: string;
  /** Names that groups of the account may have. */
  groups: string[];
  /** Groups as they were told, shortened. */
  told: string[];
  /** Why there are none, if that is known. */
  missing?: string;
}

/** Sign-in with an outside OpenID Connect provider: authorization code with PKCE, state and nonce. */
export class OidcSignIn {
  private readonly openid: typeof import('openid-client');
  private readonly options: OidcOptions;
  private configuration: Promise<Configuration> | undefined;

  private constructor(openid: typeof import('openid-client'), options: OidcOptions) {
    this.openid = openid;
    this.options = options;
  }

  /** The library is loaded only where it is needed. */
  static async with(options: OidcOptions): Promise<OidcSignIn> {
    return new OidcSignIn(await import('openid-client'), options);
  }

  /** Where to send the person, and what to keep. @throws CtsError 503 while the provider is away */
  async begin(redirectUri: string, returnTo: string): Promise<{ url: string; journey: OidcJourney }> {
    const configuration = await this.discover();
    const journey = {
      state: this.openid.randomState(),
      nonce: this.openid.randomNonce(),
      verifier: this.openid.randomPKCECodeVerifier(),
      returnTo,
    };
    const url = this.openid.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: this.options.scope,
      code_challenge: await this.openid.calculatePKCECodeChallenge(journey.verifier),
      code_challenge_method: 'S256',
      state: journey.state,
      nonce: journey.nonce,
    });
    return { url: url.href, journey };
  }

  /**
   * Whom the provider tells.
   * @param callback the address that the person came back to
   * @throws CtsError 401 when the answer does not belong to the journey, or the provider refused
   */
  async finish(callback: URL, { state, nonce, verifier }: OidcJourney): Promise<OutsideUser> {
    const configuration = await this.discover();
    try {
      const tokens = await this.openid.authorizationCodeGrant(configuration, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('the provider gave no ID token');
      const more = configuration.serverMetadata().userinfo_endpoint
        ? await this.openid.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : {};
      return this.userOf({ ...more, ...claims });
    } catch (error) {
      if (error instanceof CtsError) throw error;
      throw ERRORS.unauthenticated(`the sign-in at the provider failed: ${(error as Error).message}`);
    }
  }

  private userOf(claims: Record<string, unknown>): OutsideUser {
    const { nameClaim, groupsClaim } = this.options;
    const name = claimOf(claims, nameClaim);
    if (typeof name !== 'string' || name === '') {
      throw ERRORS.unauthenticated(`the provider told no ${nameClaim}, which is to be the user's name`);
    }
    return {
      externalId: `${String(claims.iss)}|${subjectOf(claims.sub)}`,
      name: tidyName(name, nameClaim),
      ...readGroups(claimOf(claims, groupsClaim), groupsClaim),
    };
  }

  /** Read once; tried again after a failure. */
  private async discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.options;
    const url = new URL(issuer);
    this.configuration ??= this.openid.discovery(url, clientId, clientSecret || undefined, undefined, {
      // The configuration takes http for loopback addresses only.
      execute: url.protocol === 'http:' ? [this.openid.allowInsecureRequests] : [],
    });
    try {
      return await this.configuration;
    } catch (error) {
      this.configuration = undefined;
      throw ERRORS.unavailable(
        `the OpenID Connect provider does not answer: ${(error as Error).message}`,
        10,
      );
    }
  }
}
