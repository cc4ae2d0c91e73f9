// A certified OpenID provider with one public client, whose refresh tokens rotate.
// node provider.mjs REDIRECT_URL prints its issuer, and then a line for every token it gives out.
// A browser that sends "x-answer: deny" refuses; any other signs in as Zoe and agrees.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const claims = { name: 'Zoe', email: 'zoe@example.org' };
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}/realm`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'genie-tui',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [process.argv[2]],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...claims }) }),
    interactions: { url: (ctx, interaction) => `/realm/answer/${interaction.uid}` },
    issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: false } },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, RefreshToken: 600, Session: 600 },
    cookies: { keys: ['for tests'] },
  });
  provider.on('refresh_token.saved', () => console.log('given'));
  provider.on('refresh_token.consumed', () => console.log('spent'));
  provider.on('grant.revoked', () => console.log('revoked'));
  const app = provider.callback();
  server.on('request', async (request, response) => {
    if (request.url.startsWith('/realm/answer/')) {
      const result = await answer(provider, request, response);
      return provider.interactionFinished(request, response, result);
    }
    request.originalUrl = request.url;
    request.url = request.url.slice('/realm'.length) || '/';
    return app(request, response);
  });
  console.log(issuer);
});

async function answer(provider, request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (request.headers['x-answer'] === 'deny') return { error: 'access_denied' };
  if (prompt.name === 'login') return { login: { accountId: 'zoe' } };
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return { consent: { grantId: await grant.save() } };
}
