// The npm client ali-topsdk, as its example shows it, at the message service of an address. It writes each message as a line of JSON to
// standard output and confirms it, unless its last argument is "keep". It ends with standard input.
//   node messages.mjs address key secret group [keep]
import { createRequire } from 'node:module'

const { TmcClient } = createRequire(import.meta.url)('ali-topsdk')
const [address, key, secret, group, keep] = process.argv.slice(2)

const client = new TmcClient(key, secret, group)
client.connect(address, (message, confirm) => {
  console.log(JSON.stringify(message))
  if (!keep) confirm()
})
process.stdin.on('end', () => process.exit(0)).resume()
