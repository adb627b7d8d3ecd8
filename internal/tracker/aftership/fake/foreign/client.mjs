// Reads one call a line ({call, args}), makes it with AfterShip's own client, and answers in one line ({ok, data} or {ok, code, message}).
import sdk from '@aftership/tracking-sdk'
import { createInterface } from 'node:readline'

const { AfterShip } = sdk
const client = new AfterShip({ api_key: process.env.AFTERSHIP_KEY, domain: process.env.AFTERSHIP_ADDRESS, max_retry: 0 })
const t = client.tracking

const calls = {
  create: (body) => t.createTracking(body),
  list: (query) => t.getTrackings(query),
  get: (id) => t.getTrackingById(id),
  retrack: (id) => t.retrackTrackingById(id),
  drop: (id) => t.deleteTrackingById(id),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line)
  let answer
  try {
    answer = { ok: true, data: (await calls[call](...args)).data }
  } catch (e) {
    answer = { ok: false, code: e.code, message: e.message }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
