// Reads one call a line ({call, args}), makes it with Shopify's own library or the published schema, and answers in one line
// ({ok, data} or {ok, message}).
import { buildClientSchema, parse, validate } from 'graphql'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { createInterface } from 'node:readline'

// Shopify's library takes fetch when it is loaded; every call goes to the simulator instead of https://SHOP.
let target
const real = globalThis.fetch
globalThis.fetch = (url, init) => {
  const to = new URL(url.url ?? url)
  to.protocol = 'http:'
  to.host = target.host
  return real(to, init)
}
await import('@shopify/shopify-api/adapters/node')
const { shopifyApi, LogSeverity, Session } = await import('@shopify/shopify-api')

const version = '2026-10'
const published = new URL(`./node_modules/@shopify/dev-mcp/dist/data/admin_${version}.json.gz`, import.meta.url)
const introspection = JSON.parse(gunzipSync(readFileSync(published)))
const schema = buildClientSchema(introspection.data ?? introspection)

const api = (secret, token = 'none') => shopifyApi({
  apiKey: 'parley', apiSecretKey: secret, apiVersion: version, hostName: 'parley.example.com', hostScheme: 'https', isEmbeddedApp: false,
  isCustomStoreApp: true, adminApiAccessToken: token, logger: { level: LogSeverity.Error },
})

const calls = {
  // Complaints of the published schema about a document.
  validate: (document) => validate(schema, parse(document)).map((e) => e.message),
  // What Shopify's library says about a webhook.
  webhook: async (secret, headers, body) => {
    const result = await api(secret).webhooks.validate({
      rawBody: body, rawRequest: { method: 'POST', url: '/hooks/1', headers }, rawResponse: {},
    })
    return result.valid ? { valid: true, topic: result.topic, domain: result.domain } : { valid: false, reason: result.reason }
  },
  // A document sent by Shopify's own client; only the address is changed on the way.
  request: async (address, secret, token, document, variables) => {
    target = new URL(address)
    const session = new Session({ id: '1', shop: 'casa-norte.myshopify.com', state: '', isOnline: false, accessToken: token })
    const client = new (api(secret, token).clients.Graphql)({ session })
    const answer = await client.request(document, { variables, retries: 0 })
    return { data: answer.data, cost: answer.extensions?.cost }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line)
  let answer
  try {
    answer = { ok: true, data: await calls[call](...args) }
  } catch (e) {
    answer = { ok: false, message: `${e.name}: ${e.message}` }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
