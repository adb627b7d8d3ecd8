// Runs one tool of PayPal's toolkit for each line of input: {"tool": "...", "args": {...}}, and prints what it answered.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(import.meta.url)
const axios = require('axios')
const { PayPalAgentToolkit } = require('@paypal/agent-toolkit/ai-sdk')

// The toolkit knows PayPal's own addresses only. Whatever it sends there goes to the simulator instead; anything else is refused.
axios.interceptors.request.use((request) => {
  const official = ['https://api-m.sandbox.paypal.com', 'https://api.sandbox.paypal.com'].find((host) => request.url.startsWith(host + '/'))
  if (!official) throw new Error('sent elsewhere: ' + request.url)
  request.url = process.env.PAYPAL_ADDRESS + request.url.slice(official.length)
  return request
})

const toolkit = new PayPalAgentToolkit({
  clientId: process.env.PAYPAL_ID,
  clientSecret: process.env.PAYPAL_SECRET,
  configuration: { actions: { disputes: { list: true, get: true, create: true } }, context: { sandbox: true } },
})
const tools = toolkit.getTools()

for await (const line of createInterface({ input: process.stdin })) {
  const { tool, args } = JSON.parse(line)
  let answer
  if (tool === 'tools') answer = JSON.stringify(Object.keys(tools))
  else {
    try {
      answer = await tools[tool].execute(args, { toolCallId: '1', messages: [] })
    } catch (error) {
      answer = JSON.stringify({ error: { message: String(error) } })
    }
  }
  process.stdout.write((typeof answer === 'string' ? answer : JSON.stringify(answer)) + '\n')
}
