// Speaks for one npm client: reads one call as a line of JSON from standard input, makes it, answers with one line.
//   call   {address, key, secret, session, method, params, file: name, content: base64}
//   answer {ok: true, data} or {ok: false, code, sub, message}
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

const clients = {
  // A form with MD5 and local time; checks parameters against the official tables of the methods; big numbers come out as text.
  async topsdk(call) {
    const TopClient = require('topsdk')
    const client = new TopClient(call.key, call.secret, { endpoint: call.address + '/router/rest' })
    const params = { ...call.params, session: call.session }
    if (!call.file) return client.execute(call.method, params)
    params[call.file] = { value: Buffer.from(call.content, 'base64'), options: { filename: 'proof.png', contentType: 'image/png' } }
    return client.execute(call.method, params, 'file_upload')
  },
  // The same without tables and files.
  async 'node-taobao-topclient'(call) {
    const TopClient = require('node-taobao-topclient').default
    const client = new TopClient({ appkey: call.key, appsecret: call.secret, REST_URL: call.address + '/router/rest' })
    return client.execute(call.method, { ...call.params, session: call.session })
  },
}

const speak = clients[process.argv[2]]
for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    answer = { ok: true, data: await speak(JSON.parse(line)) }
  } catch (problem) {
    const found = problem ?? { message: 'no reason was given' }
    answer = { ok: false, code: String(found.code ?? ''), sub: found.sub_code ?? '', message: found.sub_msg ?? found.message ?? found.msg ?? String(found) }
  }
  console.log(JSON.stringify(answer))
}
