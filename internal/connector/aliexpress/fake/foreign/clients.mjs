// Speaks for one npm client: reads one call as a line of JSON from standard input, makes it, answers with one line.
//   call   {address, key, secret, token, method, params}
//   answer {ok: true, data} or {ok: false, code, sub, message}
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

const clients = {
  // Every parameter in the query, simplify=true, HMAC-SHA256.
  async ae_sdk(call) {
    const { DropshipperClient } = require('ae_sdk')
    const client = new DropshipperClient({ app_key: call.key, app_secret: call.secret, session: call.token })
    client.migrated_apis_url = call.address + '/sync'
    client.new_apis_url = call.address + '/rest'
    const answer = await client.callAPIDirectly(call.method, call.params)
    if (answer.ok) return answer.data
    throw answer.error_response ?? { message: answer.message }
  },
  // A form with MD5 and local time; big numbers come out as text.
  async topsdk(call) {
    const TopClient = require('topsdk')
    const client = new TopClient(call.key, call.secret, { endpoint: call.address + '/router/rest' })
    return client.execute(call.method, { ...call.params, session: call.token })
  },
  async 'node-taobao-topclient'(call) {
    const TopClient = require('node-taobao-topclient').default
    const client = new TopClient({ appkey: call.key, appsecret: call.secret, REST_URL: call.address + '/router/rest' })
    return client.execute(call.method, { ...call.params, session: call.token })
  },
  // Paths only; parameters in the query and once more as a JSON body.
  async 'lazada-open-platform-sdk'(call) {
    const { post } = require('lazada-open-platform-sdk/lib/LazadaRequest')
    return post(call.address + '/rest', call.key, call.secret, call.method, call.token, call.params)
  },
}

const speak = clients[process.argv[2]]
for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    answer = { ok: true, data: await speak(JSON.parse(line)) }
  } catch (problem) {
    const found = problem ?? { message: 'no reason was given' }
    answer = { ok: false, code: String(found.code ?? ''), sub: found.sub_code ?? '', message: found.message ?? found.msg ?? String(found) }
  }
  console.log(JSON.stringify(answer))
}
