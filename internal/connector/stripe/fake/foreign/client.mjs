// Reads one call a line ({call, args}), makes it with Stripe's own client, and answers in one line ({ok, data} or {ok, type, code, message}).
import Stripe from 'stripe'
import { createInterface } from 'node:readline'

const address = new URL(process.env.STRIPE_ADDRESS)
const stripe = new Stripe(process.env.STRIPE_KEY, {
  host: address.hostname, port: Number(address.port), protocol: 'http', maxNetworkRetries: 0, telemetry: false,
})

const calls = {
  list: async (params) => {
    const all = []
    for await (const dispute of stripe.disputes.list(params)) all.push(dispute)
    return all
  },
  retrieve: (id, params) => stripe.disputes.retrieve(id, params),
  update: (id, params, options) => stripe.disputes.update(id, params, options),
  close: (id) => stripe.disputes.close(id),
  refund: (params, options) => stripe.refunds.create(params, options),
  refunds: (params) => stripe.refunds.list(params),
  charge: (id) => stripe.charges.retrieve(id, { expand: ['refunds'] }),
  intent: (id) => stripe.paymentIntents.retrieve(id),
  warnings: () => stripe.radar.earlyFraudWarnings.list({ limit: 10 }),
  events: (params) => stripe.events.list(params),
  upload: (name, type, base64) => stripe.files.create({ purpose: 'dispute_evidence', file: { data: Buffer.from(base64, 'base64'), name, type } }),
  event: (body, signature, secret, at) => stripe.webhooks.constructEvent(body, signature, secret, 300, undefined, at),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line)
  let answer
  try {
    answer = { ok: true, data: await calls[call](...args) }
  } catch (e) {
    answer = { ok: false, type: e.type ?? e.name, code: e.code ?? '', message: e.message }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
